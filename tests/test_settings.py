"""Where settings come from, and in which order."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

import hoopcast
from hoopcast.errors import UsageError
from hoopcast.forecast.aliases import system_names
from hoopcast.graph import NAMES, nodes_of
from hoopcast.settings import Settings, load

ABSENT = Path("absent.toml")


def test_without_any_the_usual_ones_hold() -> None:
    assert load({}, {}, ABSENT) == Settings("duckdb:///hoopcast.duckdb", None, 60.0, 600.0)


def test_a_flag_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "hoopcast.toml"
    file.write_text('warehouse = "of-file.duckdb"\nthreads = 3\nwait = 1.5\ntimeout = 30\n', "utf-8")
    environment = {"HOOPCAST_THREADS": "2", "HOOPCAST_WAIT": "7"}
    assert load({"wait": "9", "threads": None}, environment, file) == Settings("of-file.duckdb", 2, 9.0, 30.0)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("kelly = 0.1", "no setting 'kelly'; there are warehouse, threads, wait, timeout"),
        ("threads = 0", "threads is 0"),
        ("threads = 257", "threads is 257; write a whole number from 1 to 256"),
        ("threads = 1.5", "threads is 1.5"),
        ("threads = true", "threads is True"),
        ("wait = nan", "wait is nan"),
        ("timeout = inf", "timeout is inf"),
        ("timeout = -1", "timeout is -1"),
        ("timeout = 0", "timeout is 0, in which nothing can be done; write a number of seconds, such as 600"),
        ("memory_mb = 0", "memory_mb is 0; write a whole number from 1 to 10,000,000"),
        ("max_file_mb = 1.5", "max_file_mb is 1.5; write a whole number"),
        ("sql_files = 'no'", "sql_files is 'no'; write true or false"),
        ("# " * 40_000, "can not be read: it has more than 65,536 bytes, which no settings have"),
        ("warehouse = ''", "is no warehouse URL"),
        (
            "systems = []",
            "systems is []; write names of systems, such as moving_average,linear, or leave it out for all",
        ),
        ("systems = ''", "systems is ''"),
        ("systems = ['linear', '']", "write names of systems"),
        ("systems = ['oracle']", "systems: no system 'oracle'; choose from ensemble, gradient_boosting"),
        ("[threads]", "threads is {}"),
        ("wait", "can not be read"),
        ("wait = 1\nwait = 2", "can not be read"),
    ],
)
def test_a_file_that_is_not_right_is_refused(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "hoopcast.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(UsageError) as refused:
        load({}, {}, file)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("make", "says"), [
    (lambda file: file.symlink_to(file), "Too many levels of symbolic links; see to it, or move it away"),
    (lambda file: file.symlink_to("nowhere"), "No such file or directory; see to it, or move it away"),
    (os.mkfifo, "it is no regular file"),
    (Path.mkdir, "it is no regular file"),
    (lambda file: file.symlink_to("/dev/zero"), "it is no regular file"),
    (lambda file: file.write_bytes(b"wait = \xff"), "invalid start byte"),
    (lambda file: file.write_bytes(b"[" * 60_000), "can not be read"),
])  # fmt: skip
def test_a_file_that_can_not_be_read_is_refused_and_never_waited_for(
    tmp_path: Path, make: Callable[[Path], object], says: str
) -> None:
    file = tmp_path / "hoopcast.toml"
    make(file)
    with pytest.raises(UsageError, match=says) as refused:
        load({}, {}, file)
    assert str(refused.value).startswith(f"{file} can not be read: ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "-1", "1e400", "soon"])
@pytest.mark.parametrize("name", ["wait", "timeout"])
def test_seconds_that_nobody_can_wait_for_are_refused(name: str, value: str) -> None:
    with pytest.raises(UsageError, match=f"^--{name} is '{value}'; write a number of seconds, such as 60$"):
        load({name: value}, {}, ABSENT)


@pytest.mark.parametrize("name", ["WAREHOUSE", "THREADS", "WAIT", "TIMEOUT", "SYSTEMS"])
def test_a_variable_without_a_value_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=f"HOOPCAST_{name} is "):
        load({}, {f"HOOPCAST_{name}": ""}, ABSENT)


def test_systems_go_by_old_names_and_any_capitals() -> None:
    assert load({}, {"HOOPCAST_SYSTEMS": "XGBoost_v1, Linear"}, ABSENT).systems == ("gradient_boosting", "linear")


def test_every_system_may_be_chosen() -> None:
    assert sorted(NAMES) == list(system_names())


@pytest.mark.parametrize("threads", ["99999999", "9" * 23, "9" * 5000, "257", "-1"])
def test_more_threads_than_any_machine_has_are_refused_in_one_short_line(threads: str) -> None:
    with pytest.raises(
        UsageError, match=r"^--threads is '?-?\d+(\.\.\.)?'?; write a whole number from 1 to 256$"
    ) as refused:
        load({"threads": threads}, {}, ABSENT)
    assert len(str(refused.value)) < 120
    assert load({"threads": "256"}, {}, ABSENT).threads == 256


def test_a_file_beside_the_warehouse_counts_wherever_the_warehouse_is_opened_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOOPCAST_SYSTEMS", raising=False)
    place = tmp_path / "demo"
    place.mkdir()
    (place / "hoopcast.toml").write_text('systems = ["moving_average"]\nwait = 7\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    named = {"warehouse": "duckdb:///demo/hoopcast.duckdb"}
    assert (load(named).systems, load(named).wait) == (("moving_average",), 7)
    with hoopcast.open(named["warehouse"]) as warehouse:
        distributions = {node.system_id for node in warehouse.graph.nodes if node.table.short == "distributions"}
        assert distributions == {"moving_average_history"}
    (tmp_path / "hoopcast.toml").write_text('systems = ["linear"]\n', "utf-8")
    assert (load(named).systems, load(named).wait) == (("linear",), 7), "the current folder counts more"
    monkeypatch.setenv("HOOPCAST_SYSTEMS", "market")
    assert load(named).systems == ("market",), "and the environment more than both"
    assert load({"warehouse": "duckdb://:memory:"}).wait == 60


def test_each_of_two_open_warehouses_has_the_settings_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOOPCAST_SYSTEMS", raising=False)
    monkeypatch.chdir(tmp_path)
    for name, text in {"one": 'systems = ["linear"]', "two": 'systems = ["market"]', "broken": "systems = 3"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "hoopcast.toml").write_text(text, "utf-8")
    with hoopcast.open("one/a.duckdb") as one, hoopcast.open("two/a.duckdb") as two:
        with pytest.raises(UsageError, match="systems is 3"):
            hoopcast.open("broken/a.duckdb")
        assert {system.name for system in one.graph.systems} == {"linear"}
        assert {system.name for system in two.graph.systems} == {"market"}
        with hoopcast.open("third.duckdb") as third:
            assert third.graph.nodes == nodes_of(None)


def test_a_warehouse_is_not_looked_for_where_the_settings_of_another_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOOPCAST_WAREHOUSE", raising=False)
    (tmp_path / "hoopcast.toml").write_text('warehouse = "of-file.duckdb"\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    hoopcast.open().close()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with hoopcast.open() as usual:
        assert usual.engine.path == str(tmp_path / "elsewhere" / "hoopcast.duckdb")
