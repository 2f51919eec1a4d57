"""Runs the functions of a test file whose names begin with test_ and reports in TAP."""
import sys
import traceback

from . import child


class Skip(Exception):
    """What a test needs is not here; the reason in words."""


def run_one(fn):
    """What a test leaves running is ended, and is a fault of its own when there was no other."""
    try:
        fn()
    finally:
        left = child.leave()
    assert not left, f'still running after the test: {left}'


def run(module):
    tests = [(name, fn) for name, fn in vars(module).items() if name.startswith('test_')]
    wanted = sys.argv[1:]
    if wanted:
        tests = [(name, fn) for name, fn in tests if name in wanted]
    print(f'1..{len(tests)}')
    failed = 0
    for number, (name, fn) in enumerate(tests, 1):
        words = (fn.__doc__ or name).splitlines()[0]
        try:
            run_one(fn)
        except Skip as reason:
            print(f'ok {number} - {words} # SKIP {reason}', flush=True)
        except Exception:
            failed += 1
            traceback.print_exc()  # meson shows a failed test's standard error, of TAP only the names
            print(f'not ok {number} - {words}', flush=True)
        else:
            print(f'ok {number} - {words}', flush=True)
    sys.exit(1 if failed else 0)
