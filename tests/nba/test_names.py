"""The one normaliser of names, and the ways in which sources write a name differently."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoopcast.nba.names import (
    aliases,
    is_cut_from,
    mangled_pattern,
    mended,
    other_names,
    player_lookup,
    without_suffix,
)

ANY_NAME = st.text(max_size=30)


@pytest.mark.parametrize(("name", "lookup"), [
    ("Jaren Jackson Jr.", "jarenjacksonjr"), ("Nikola Jokić", "nikolajokic"), ("Luka Dončić", "lukadoncic"),
    ("Dennis Schröder", "dennisschroder"), ("P.J. Tucker", "pjtucker"), ("PJ Tucker", "pjtucker"),
    ("O'Neale", "oneale"), ("O’Neale", "oneale"), ("Karl-Anthony Towns", "karlanthonytowns"),  # noqa: RUF001
    ("Şengün", "sengun"), ("  Kristaps   Porziņģis ", "kristapsporzingis"), ("Gary Payton II", "garypaytonii"),
    ("Bogdan Bogdanović", "bogdanbogdanovic"), ("Søren Ødegård", "sorenodegard"), ("Łukasz Đoković", "lukaszdokovic"),
    ("NENÊ", "nene"), ("", ""), ("…", ""),
])  # fmt: skip
def test_a_name_has_one_normal_form(name: str, lookup: str) -> None:
    assert player_lookup(name) == lookup


@given(ANY_NAME)
def test_the_normal_form_is_letters_and_digits_and_its_own_normal_form(name: str) -> None:
    lookup = player_lookup(name)
    assert lookup == player_lookup(lookup)
    assert lookup == "" or (lookup.isascii() and lookup.isalnum() and lookup == lookup.lower())


@given(ANY_NAME)
def test_case_composition_and_punctuation_do_not_matter(name: str) -> None:
    assert player_lookup(unicodedata.normalize("NFC", name)) == player_lookup(unicodedata.normalize("NFD", name))
    assert player_lookup(f" {name}. ") == player_lookup(name)


SUFFIXES = st.sampled_from(["Jr.", "Jr", "Sr.", "II", "III", "IV"])


@given(st.from_regex(r"[A-Z][a-z]{2,8} [A-Z][a-z]{2,8}[a-hk-qt-z]", fullmatch=True), SUFFIXES)
def test_a_suffix_stays_in_the_normal_form_and_can_be_left_out(name: str, suffix: str) -> None:
    assert player_lookup(f"{name} {suffix}") == player_lookup(name) + player_lookup(suffix)
    assert without_suffix(f"{name} {suffix}") == without_suffix(f"{name}, {suffix}") == player_lookup(name)


@pytest.mark.parametrize("name", ["Sviatoslav Mykhailiuk", "Eli Sr", "Iv", "Jr."])
def test_a_name_that_only_ends_like_a_suffix_keeps_its_end(name: str) -> None:
    assert without_suffix(name) in (player_lookup(name), "eli")


@pytest.mark.parametrize(("name", "meant"), [
    ("Maximilian Kleber / Maxi Kleber", ("Maximilian Kleber", "Maxi Kleber")),
    ("Jose Juan Barea / Jose Barea / J.J. Barea", ("Jose Juan Barea", "Jose Barea", "J.J. Barea")),
    ("(William) Tony Parker", ("Tony Parker",)), ("Herb Jones (Keyshawn)", ("Herb Jones",)),
    ("Hardaway Jr., Tim", ("Tim Hardaway Jr.",)), ("Curry, Stephen", ("Stephen Curry",)),
    ("Tim Hardaway, Jr.", ("Tim Hardaway, Jr.",)), ("Kevin Durant", ("Kevin Durant",)), ("(DTD)", ()), ("", ()),
    ("A / A", ("A",)),
])  # fmt: skip
def test_one_entry_may_mean_several_names(name: str, meant: tuple[str, ...]) -> None:
    assert aliases(name) == meant


@given(ANY_NAME)
def test_no_name_makes_a_reader_fail(name: str) -> None:
    without_suffix(name)
    mangled_pattern(name)
    for alias in aliases(name):
        assert player_lookup(alias)
        other_names(alias)


def test_a_lost_letter_stands_for_any_one_letter() -> None:
    pattern = mangled_pattern("Dennis Schr?der")
    assert pattern.fullmatch("dennisschroder")
    assert not pattern.fullmatch("dennisschrooder")
    assert not pattern.fullmatch("dennisschrder")


@pytest.mark.parametrize(("name", "other"), [
    ("Cameron Thomas", "camthomas"), ("Cam Thomas", "cameronthomas"), ("Moe Wagner", "moritzwagner"),
    ("Nicolas Claxton", "nicclaxton"), ("Enes Freedom", "eneskanter"), ("Herb Jones", "herbertjones"),
    ("Lou Williams Jr.", "louiswilliams"), ("charlesbrown-jr", "charliebrown"),
])  # fmt: skip
def test_first_names_stand_for_one_another(name: str, other: str) -> None:
    assert other in other_names(name)


def test_a_first_name_alone_stands_for_nobody_else() -> None:
    assert other_names("Cameron") == ()


# Letters of European names.
EUROPEAN = st.text("abcxyzáàäãâåæçćčđéèêëğíıîłñňóòöõøőřśşșšßţťúùüűýžźżþ' .", min_size=1, max_size=20)


@given(EUROPEAN, st.sampled_from(["latin-1", "cp1252"]))
def test_mojibake_is_mended_and_what_is_right_stays(name: str, misread_as: str) -> None:
    plain = " ".join(name.split())
    assert mended(name) == plain
    try:
        misread = plain.encode().decode(misread_as)
    except UnicodeDecodeError:
        return
    assert mended(misread) == plain


@pytest.mark.parametrize(("name", "meant"), [
    ("Nikola JeÅ¡iÄ‡", "Nikola Ješić"), ("Dennis SchrÃ¶nder", "Dennis Schrönder"), ("Oâ€™Neale", "O\u2019Neale"),
    ("Nikola Ješi&#263;", "Nikola Ješić"), ("Jaren&#x20;Janson&nbsp;Jr.", "Jaren Janson Jr."), ("Nenê", "Nenê"),
])  # fmt: skip
def test_a_name_is_read_as_it_was_meant(name: str, meant: str) -> None:
    assert mended(name) == meant


@pytest.mark.parametrize(("name", "fuller"), [
    ("J. Jackson Jr.", "Jaren Jackson Jr."), ("J. Jackson", "Jaren Jackson Jr."), ("Jackson", "Jaren Jackson Jr."),
    ("P. Tucker", "P.J. Tucker"), ("N. Nene", "Nene"), ("Dennis Schr?der", "Dennis Schröder"),
])  # fmt: skip
def test_a_name_may_be_cut_from_a_fuller_one(name: str, fuller: str) -> None:
    assert is_cut_from(name, fuller)
    assert not is_cut_from(fuller, name)


@pytest.mark.parametrize(("name", "other"), [
    ("Jaren Jackson", "Jaren Jackson Jr."), ("Enes Freedom", "Enes Kanter"), ("PJ Tucker", "P.J. Tucker"),
    ("J. Jackson", "Reggie Jackson"), ("Lou Williams", "Louis Williams"), ("Nene Hilario", "Nene"),
])  # fmt: skip
def test_another_name_is_not_a_cut_one(name: str, other: str) -> None:
    assert not is_cut_from(name, other)


@given(ANY_NAME)
def test_no_name_is_cut_from_itself(name: str) -> None:
    assert not is_cut_from(name, name)
