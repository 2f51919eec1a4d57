#!/usr/bin/env python3
"""Counts what a test runner did. usage: test_counts.py meson|vitest|node FILE

Prints `PASSED FAILED SKIPPED`, then a line for each test that failed. A file that is missing or
tells of no test prints `0 0 0`: the caller knows what that means."""
import json
import pathlib
import re
import sys

TAP_LINE = re.compile(r'^(ok|not ok) \d+[ -]*(.*)$')
NODE_SUMMARY = re.compile(r'^(?:#|\u2139) (pass|fail|cancelled|skipped|todo) (\d+)$')
NODE_FAILURE = re.compile(r'^\s*(?:not ok \d+ - |\u2716 )(.+?)(?: \([\d.]+ms\))?$')


def tap_counts(program, text):
    """One program's own report: its test points, or nothing where it is not TAP."""
    passed, failed, skipped = 0, [], 0
    for line in text.splitlines():
        found = TAP_LINE.match(line)
        if not found:
            continue
        verdict, name = found.groups()
        if '# SKIP' in name.upper():
            skipped += 1
        elif verdict == 'ok':
            passed += 1
        else:
            failed.append(f'{program} {name}')
    return passed, failed, skipped


def ending(status):
    if isinstance(status, int) and status < 0:
        return f'signal {-status}'
    return f'exit status {status}'


def meson_counts(text):
    """Meson's testlog.json: one JSON object a line, one line a test program."""
    passed, failed, skipped = 0, [], 0
    for line in text.splitlines():
        test = json.loads(line)
        # Meson writes `project:suites / name`.
        name, result = test['name'].split(' / ')[-1], test['result']
        sub_passed, sub_failed, sub_skipped = tap_counts(name, test.get('stdout') or '')
        good = result in ('OK', 'EXPECTEDFAIL')
        if not sub_passed and not sub_failed and not sub_skipped:
            # Not a TAP program: it is one test.
            sub_passed, sub_skipped = int(good), int(result == 'SKIP')
        if not good and result != 'SKIP' and not sub_failed:
            # Its points were fine and yet it failed: it crashed, leaked or never ended.
            sub_failed = [f'{name}: {result} ({ending(test.get("returncode"))})']
        passed += sub_passed
        failed += sub_failed
        skipped += sub_skipped
    return passed, failed, skipped


def vitest_counts(text):
    """Vitest's JSON reporter."""
    report = json.loads(text)
    failed = [f'{suite["name"]}: {test["fullName"]}'
              for suite in report['testResults'] for test in suite['assertionResults']
              if test['status'] == 'failed']
    # A file that could not be loaded has no tests and is a failure all the same.
    failed += [f'{suite["name"]}: {suite.get("message", "")}' for suite in report['testResults']
               if suite['status'] == 'failed' and not suite['assertionResults']]
    return report['numPassedTests'], failed, report['numPendingTests'] + report['numTodoTests']


def node_counts(text):
    """The closing lines of node's test runner, in its spec or its TAP form."""
    sums = dict.fromkeys(('pass', 'fail', 'cancelled', 'skipped', 'todo'), 0)
    names = []
    for line in text.splitlines():
        found = NODE_SUMMARY.match(line)
        if found:
            sums[found.group(1)] += int(found.group(2))
            continue
        found = NODE_FAILURE.match(line)
        if found and found.group(1) == 'failing tests:':
            names = [] # the spec form tells them again, without the suites around them
        elif found and '# TODO' not in line:
            names.append(found.group(1))
    failures = sums['fail'] + sums['cancelled']
    # The runner's own sum decides; the names are only for reading.
    names = (names + ['(unnamed)'] * failures)[:failures]
    return sums['pass'], names, sums['skipped'] + sums['todo']


def main():
    kind, path = sys.argv[1], pathlib.Path(sys.argv[2])
    counts = {'meson': meson_counts, 'vitest': vitest_counts, 'node': node_counts}[kind]
    text = path.read_text(encoding='utf-8', errors='replace') if path.is_file() else ''
    passed, failed, skipped = counts(text) if text.strip() else (0, [], 0)
    print(passed, len(failed), skipped)
    for name in failed:
        print(name.replace('\n', ' ')[:200])


if __name__ == '__main__':
    main()
