"""`python -m bench [start keys jobs server selections …] [--quick] [--cache FOLDER]`: measure, write the results."""

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from bench.figures import RESULTS, Figure, markdown, write
from bench.world import World, compile_bytecode

GROUPS = ("start", "keys", "jobs", "server", "selections", "entitlements", "exports", "imports", "bounds")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the groups named, or all. Goals that are missed are told, and don't change the exit code."""
    options = _parser().parse_args(arguments)
    compile_bytecode()
    figures: list[Figure] = []
    with World(options.cache, quick=options.quick, minutes=options.minutes) as world:
        for name in options.names or GROUPS:
            print(f"measuring {name}…", file=sys.stderr, flush=True)
            measure: Callable[[World], list[Figure]] = import_module(f"bench.{name}").measure
            found = measure(world)
            print(markdown(found), flush=True)
            figures += found
    if not options.quick or options.results != RESULTS:
        write(figures, world.many, options.results)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*GROUPS, []], metavar="NAME", help=f"of {', '.join(GROUPS)}")
    parser.add_argument("--quick", action="store_true", help="10,000 users instead of 1,000,000, fewer rounds")
    parser.add_argument("--minutes", type=float, default=math.inf, help="end the walk of bounds by then, and say so")
    parser.add_argument("--cache", type=Path, metavar="FOLDER", help="keep seeded databases here for the next time")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="FOLDER", help="where to write the results")
    return parser


if __name__ == "__main__":
    sys.exit(main())
