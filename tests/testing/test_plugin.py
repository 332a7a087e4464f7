"""The pytest plugin: which files it collects, what tests they give, and what a failure says."""

from __future__ import annotations

import importlib
import sys

import pytest
from tests.testing.conftest import TEXT

import commscore

NO_LAWS = "--no-commscore-laws"
PLAIN = ("-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist")


@pytest.fixture
def folder(pytester: pytest.Pytester) -> pytest.Pytester:
    (pytester.path / "rulesets").mkdir()
    (pytester.path / "rulesets" / "small-2023.yaml").write_text(TEXT, encoding="utf-8")
    return pytester


def test_a_ruleset_on_the_command_line_gives_its_tests(folder: pytest.Pytester) -> None:
    result = folder.runpytest(*PLAIN, "-v", NO_LAWS, "rulesets/small-2023.yaml")

    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["*::loads PASSED*", "*::check PASSED*", "*case?ten is enough? PASSED*"])


def test_a_ruleset_that_the_configuration_names_is_tested_beside_the_tests(folder: pytest.Pytester) -> None:
    folder.makeini("[pytest]\ntestpaths = tests\ncommscore_rulesets = rulesets/*.yaml\ncommscore_laws = false")
    (folder.path / "tests").mkdir()
    (folder.path / "tests" / "test_one.py").write_text("def test_one(): pass\n")
    (folder.path / "rulesets" / "inputs.yaml").write_text("{}\n")

    folder.runpytest(*PLAIN).assert_outcomes(passed=4)


def test_other_yaml_is_left_alone(folder: pytest.Pytester) -> None:
    (folder.path / "other.yaml").write_text("a: 1\n")

    folder.runpytest(*PLAIN).assert_outcomes()


def test_each_law_is_a_test(folder: pytest.Pytester) -> None:
    path = "rulesets/small-2023.yaml"
    result = folder.runpytest(*PLAIN, "--commscore-examples=1", "-k", "law", "-m", "commscore", path)

    result.assert_outcomes(passed=10, deselected=3)


def test_a_file_that_does_not_load_fails_in_words(folder: pytest.Pytester) -> None:
    (folder.path / "broken.yaml").write_text(TEXT.replace("require: 不少于10个", "requires: 10"), encoding="utf-8")

    result = folder.runpytest(*PLAIN, "broken.yaml")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*broken.yaml:*error?CS*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_case_that_comes_out_otherwise_fails_in_words(folder: pytest.Pytester) -> None:
    (folder.path / "off.yaml").write_text(TEXT.replace("expect: {orgs: [pass, fail]}", "expect: {orgs: [pass, pass]}"))

    result = folder.runpytest(*PLAIN, NO_LAWS, "off.yaml")

    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["off.yaml:*: orgs: expected pass, pass, found pass, fail"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_what_is_only_doubtful_is_a_warning(folder: pytest.Pytester) -> None:
    (folder.path / "doubtful.yaml").write_text(TEXT.replace(", clause: 四", ""), encoding="utf-8")

    result = folder.runpytest(*PLAIN, "-W", "default", NO_LAWS, "doubtful.yaml")

    result.assert_outcomes(passed=3, warnings=1)
    result.stdout.fnmatch_lines(["*doubtful.yaml:*warning?CS205?*"])


def test_a_broken_law_fails_in_words(folder: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commscore._loading._dump._rule", lambda rule: {"id": rule.id})

    result = folder.runpytest_inprocess(*PLAIN, "-k", "written-and-read", "rulesets/small-2023.yaml")

    result.assert_outcomes(failed=1, deselected=12)
    result.stdout.fnmatch_lines(["small-2023 breaks law 10 (written-and-read)", "  the law: Writing and reading*"])


def test_without_hypothesis_the_strategies_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    monkeypatch.delitem(sys.modules, "commscore.testing")

    with pytest.raises(commscore.UsageError, match=r"not installed: pip install 'commscore\[testing\]'$"):
        importlib.import_module("commscore.testing")


def test_without_hypothesis_the_laws_fail_in_words(folder: pytest.Pytester) -> None:
    folder.makeconftest("import sys\nsys.modules['hypothesis'] = None\nsys.modules.pop('commscore.testing', None)\n")

    result = folder.runpytest_inprocess(*PLAIN, "-p", "no:hypothesispytest", "rulesets/small-2023.yaml")

    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["*pip install 'commscore?testing?' (or run without the laws: --no-commscore-laws)"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_nothing_is_imported_where_nothing_is_asked(folder: pytest.Pytester) -> None:
    folder.makepyfile(
        "import sys\ndef test_one():\n"
        "    assert not {'commscore._loading', 'commscore.testing', 'pyarrow'} & set(sys.modules)\n"
    )

    folder.runpytest_subprocess(*PLAIN, "-p", "no:hypothesispytest").assert_outcomes(passed=1)
