"""What to beware of: scores too good to be true, rows left out, seasons that settings were chosen on."""

from collections.abc import Iterable, Sequence

from hoopcast.evaluation.accuracy import Accuracy

# Mean absolute errors on ALL. Real minutes known beforehand give 3.63, the game itself in an average of 5 gives 3.87.
NEEDS_EXPLANATION, LEAK = 4.30, 3.75
# The thresholds are of all appearances: of a part of them, such as the bench, a small error is no wonder.
_MOST_OF_THEM = 0.9
EXPECTED_COVERAGE = 0.98
NOTES = (
    "Scores are of players who played; play probability is scored on all expected rows.",
    "Results of different information levels are not comparable: each row names its level.",
    "The news level reads list moves that carry no hour: it is an upper bound of what was known before tip-off.",
    "Intervals are of 95 %, from resampling whole days; t are clustered by day, negative is better.",
)


def is_leak(score: Accuracy) -> bool:
    """Whether a system's score on all appearances is one that only knowledge of the game reaches."""
    return _is_of_all(score) and score.mae < LEAK


def _is_of_all(score: Accuracy) -> bool:
    return score.population == "ALL" and not score.is_baseline and score.covered >= _MOST_OF_THEM


def warnings(phases: Sequence[str], scores: Iterable[Accuracy]) -> tuple[str, ...]:
    """Lines of warning.

    Args:
        phases: of the range.
        scores: accuracy of every system and rule.
    """
    found = []
    if "TUNING" in phases:
        found.append("TUNING: settings were chosen on these seasons; their scores are better than new seasons' will be")
    if len(phases) > 1:
        found.append(f"{' and '.join(phases)} seasons are scored apart; none of their scores may be averaged")
    of_systems = [score for score in scores if score.population == "ALL" and not score.is_baseline]
    for score in of_systems:
        if is_leak(score):
            found.append(
                f"LEAK: {score.system} has a mean error of {score.mae:.3f} on ALL ({score.phase}); below {LEAK:.2f} it "
                "knows the game's own result"
            )
        elif _is_of_all(score) and score.mae < NEEDS_EXPLANATION:
            found.append(
                f"{score.system} has a mean error of {score.mae:.3f} on ALL ({score.phase}); below "
                f"{NEEDS_EXPLANATION:.2f} it needs an explanation"
            )
        if score.covered < EXPECTED_COVERAGE:
            found.append(
                f"{score.system} forecast {score.covered:.1%} of ALL ({score.phase}); the rest counts as ewma8 in "
                "the filled error"
            )
    return tuple(found)
