"""The suite's options: what pytest is told of them, and what their values mean."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from taskqueue_conformance.session import Options

__all__ = ["CHECKED", "add_options", "is_worker", "offer_short_name", "options_of", "seed_of"]

CHECKED = (
    "tq_profile",
    "tq_depth",
    "tq_timeout",
    "tq_seed",
    "tq_baseline",
    "tq_replay",
    "tq_shard",
)
"""Options whose values may be wrong, None where they are not given."""

_TARGET = "the implementation to test: pkg.mod:Attribute, pkg.mod or path/to/file.py:Attribute"


def add_options(parser: pytest.Parser) -> None:
    """All but `--impl`, see `offer_short_name`."""
    group = _group(parser)
    group.addoption("--tq-impl", dest="tq_impl", metavar="TARGET", help=_TARGET)
    group.addoption(
        "--tq-profile",
        metavar="PROFILE",
        help="whose clauses decide: core (default), upstream or strict",
    )
    group.addoption(
        "--tq-depth",
        metavar="DEPTH",
        help="how much is run: quick (seconds), default (half a minute), deep (minutes)",
    )
    group.addoption(
        "--tq-timeout",
        metavar="FACTOR",
        help="multiplies every waiting time; raise it on a slow machine",
    )
    group.addoption("--tq-seed", metavar="N", help="of everything that is drawn")
    group.addoption("--tq-scenario", metavar="NAME", help="look at the scenario of this name only")
    group.addoption("--tq-replay", metavar="TOKEN", help="show again what a report speaks of")
    group.addoption(
        "--tq-shard",
        metavar="I/N",
        help="do the I-th of N parts; `taskqueue-conformance merge` puts the reports together",
    )
    group.addoption("--tq-baseline", metavar="FILE", help="known failures (TOML)")
    group.addoption(
        "--tq-write-baseline", metavar="FILE", help="write the current failures as a baseline"
    )
    group.addoption("--tq-json", metavar="FILE", help="write the report as JSON")
    group.addoption(
        "--tq-cov",
        action="store_true",
        default=False,
        help="tell what of the implementation the suite did not reach",
    )
    group.addoption(
        "--tq-gate",
        action="store_true",
        default=False,
        help="an incomplete run is not passed over, whatever was selected",
    )


def offer_short_name(parser: pytest.Parser) -> None:
    """Take the name `--impl`, if nobody else has."""
    try:
        unknown = parser.parse_known_and_unknown_args(["--impl=x"])[1]
    except pytest.UsageError:
        return  # it is known, and takes other values
    if unknown:
        _group(parser).addoption("--impl", dest="tq_impl", metavar="TARGET", help=_TARGET)


def _group(parser: pytest.Parser) -> pytest.OptionGroup:
    return parser.getgroup("taskqueue-conformance", "conformance of a TaskQueue")


def is_worker(config: pytest.Config) -> bool:
    """Whether this is a process of pytest-xdist's."""
    return hasattr(config, "workerinput")


def options_of(config: pytest.Config, coverage_folder: str | None) -> Options:
    """What the command line says.

    Raises:
        pytest.UsageError: if a value makes no sense; it says which are taken.
    """
    from taskqueue_conformance import baseline
    from taskqueue_conformance.contract import PROFILES
    from taskqueue_conformance.depth import DEFAULT, DEPTHS
    from taskqueue_conformance.session import DEFAULT_TARGET, Options, replay_of

    option = config.option
    profile = _one_of("--tq-profile", option.tq_profile, "core", PROFILES)
    depth = _one_of("--tq-depth", option.tq_depth, DEFAULT, tuple(DEPTHS))
    try:
        factor = 1.0 if option.tq_timeout is None else float(option.tq_timeout)
        if not 0.05 <= factor <= 100:
            raise ValueError
    except ValueError:
        raise pytest.UsageError(
            f"--tq-timeout takes a factor from 0.05 to 100, not {option.tq_timeout!r}"
        ) from None
    try:
        known = (
            baseline.applicable(baseline.load(option.tq_baseline))
            if option.tq_baseline is not None
            else {}
        )
    except baseline.BaselineError as exc:
        raise pytest.UsageError(f"--tq-baseline: {exc}") from None
    try:
        replay = replay_of(option.tq_replay) if option.tq_replay is not None else None
    except ValueError as exc:
        raise pytest.UsageError(f"--tq-replay: {exc}") from None
    return Options(
        target=option.tq_impl or DEFAULT_TARGET,
        given=option.tq_impl is not None,
        profile=profile,
        depth=DEPTHS[depth],
        factor=factor,
        seed=seed_of(config),
        scenario=option.tq_scenario,
        replay=replay,
        baseline=known,
        shard=_shard(option.tq_shard),
        coverage_folder=coverage_folder,
        cwd=str(config.invocation_params.dir),
    )


def _one_of(option: str, value: str | None, default: str, choices: tuple[str, ...]) -> str:
    if value is None:
        return default
    if value not in choices:
        raise pytest.UsageError(f"{option} takes {', '.join(choices)}, not {value!r}")
    return value


def _shard(text: str | None) -> tuple[int, int]:
    if text is None:
        return 1, 1
    number, slash, count = text.partition("/")
    if slash and number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count):
        return int(number), int(count)
    raise pytest.UsageError(f"--tq-shard takes one of so many, like 2/5, not {text!r}")


def seed_of(config: pytest.Config) -> int:
    """The seed that was given, or one for this run: every process of it has the same."""
    if is_worker(config):
        return int(config.workerinput["tq_seed"])  # type: ignore[attr-defined]
    if config.option.tq_seed is None:
        config.option.tq_seed = str(random.SystemRandom().randrange(1 << 32))
    try:
        return int(config.option.tq_seed)
    except ValueError:
        raise pytest.UsageError(
            f"--tq-seed takes a whole number, not {config.option.tq_seed!r}"
        ) from None
