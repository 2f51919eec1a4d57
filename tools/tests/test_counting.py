"""What tools/lib/test_counts.py makes of the runners' reports."""
import importlib.util
import json
import pathlib
import unittest

SOURCE = pathlib.Path(__file__).resolve().parent.parent / 'lib' / 'test_counts.py'
spec = importlib.util.spec_from_file_location('test_counts', SOURCE)
counts = importlib.util.module_from_spec(spec)
spec.loader.exec_module(counts)


def meson_line(name, result, returncode, stdout=''):
    return json.dumps({'name': name, 'result': result, 'returncode': returncode, 'stdout': stdout})


class Meson(unittest.TestCase):
    def test_points_of_tap_programs_are_added_up(self):
        text = '\n'.join([
            meson_line('ring', 'OK', 0, '# Start\nok 1 /a\nok 2 /b # SKIP no net\n1..2\n'),
            meson_line('pool', 'ERROR', -6, 'ok 1 /a\nnot ok 2 /b\nBail out!\n'),
        ])
        self.assertEqual(counts.meson_counts(text), (2, ['pool /b'], 1))

    def test_a_crash_after_good_points_is_a_failure(self):
        text = meson_line('ring', 'ERROR', -11, 'ok 1 /a\n')
        self.assertEqual(counts.meson_counts(text), (1, ['ring: ERROR (signal 11)'], 0))

    def test_a_leak_after_all_points_is_a_failure(self):
        text = meson_line('ring', 'ERROR', 1, 'ok 1 /a\n1..1\n')
        self.assertEqual(counts.meson_counts(text), (1, ['ring: ERROR (exit status 1)'], 0))

    def test_a_program_without_tap_is_one_test(self):
        text = '\n'.join([meson_line('a', 'OK', 0), meson_line('b', 'FAIL', 3),
                          meson_line('c', 'SKIP', 77), meson_line('d', 'TIMEOUT', -15)])
        self.assertEqual(counts.meson_counts(text),
                         (1, ['b: FAIL (exit status 3)', 'd: TIMEOUT (signal 15)'], 1))


class Vitest(unittest.TestCase):
    def test_failed_tests_and_files_that_do_not_load(self):
        report = {'numPassedTests': 4, 'numPendingTests': 1, 'numTodoTests': 1, 'testResults': [
            {'name': 'a.test.ts', 'status': 'failed', 'assertionResults': [
                {'status': 'failed', 'fullName': 'x y'}, {'status': 'passed', 'fullName': 'z'}]},
            {'name': 'b.test.ts', 'status': 'failed', 'message': 'no file', 'assertionResults': []},
        ]}
        self.assertEqual(counts.vitest_counts(json.dumps(report)),
                         (4, ['a.test.ts: x y', 'b.test.ts: no file'], 2))


class Node(unittest.TestCase):
    def test_spec_form(self):
        text = '✔ good (1.2ms)\n✖ bad (0.6ms)\n✖ later (0.1ms) # TODO\nℹ tests 3\nℹ pass 1\n' \
               'ℹ fail 1\nℹ cancelled 0\nℹ skipped 0\nℹ todo 1\n✖ failing tests:\n✖ bad (0.6ms)\n'
        self.assertEqual(counts.node_counts(text), (1, ['bad'], 1))

    def test_tap_form_and_cancelled(self):
        text = 'ok 1 - good\nnot ok 2 - bad\n# pass 1\n# fail 1\n# cancelled 1\n# skipped 2\n'
        self.assertEqual(counts.node_counts(text), (1, ['bad', '(unnamed)'], 2))


if __name__ == '__main__':
    unittest.main()
