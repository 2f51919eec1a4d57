"""tools/supervise keeps a program running, and lets none outlive it."""
import os
import pathlib
import select
import signal
import subprocess
import sys
import tempfile
import unittest

SUPERVISE = pathlib.Path(__file__).resolve().parent.parent / 'supervise'
WAIT_S = 20

# Tells its pid through the pipe $1, then lives until it is told to end.
PROGRAM = '''
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
pipe = open(sys.argv[1], 'w', buffering=1)
pipe.write(f'{os.getpid()}\\n')
signal.sigwait([signal.SIGTERM])
pipe.write('ending\\n')
'''


class Supervise(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.log = f'{folder.name}/log'
        self.pipe = f'{folder.name}/pipe'
        os.mkfifo(self.pipe)
        # Read-write: the pipe stays open between two lives of the program.
        self.lines = os.fdopen(os.open(self.pipe, os.O_RDWR), 'r', buffering=1)
        self.addCleanup(self.lines.close)
        self.supervisor = subprocess.Popen(
            [SUPERVISE, 'program', self.log, sys.executable, '-c', PROGRAM, self.pipe],
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.supervisor.stdout.close)
        self.addCleanup(self.end)

    def end(self):
        if self.supervisor.poll() is None:
            self.supervisor.kill()
            self.supervisor.wait(WAIT_S)

    def next_line(self):
        readable, _, _ = select.select([self.lines], [], [], WAIT_S)
        self.assertTrue(readable, 'the program told nothing in time')
        return self.lines.readline().strip()

    def assert_gone(self, pid):
        """A process that this one cannot wait for: its end is read from its pidfd."""
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        readable, _, _ = select.select([handle], [], [], WAIT_S)
        os.close(handle)
        self.assertTrue(readable, f'process {pid} is still there')

    def test_a_program_that_died_is_started_again_and_ends_with_the_supervisor(self):
        first = int(self.next_line())
        os.kill(first, signal.SIGKILL)
        self.assertIn('status 137', self.supervisor.stdout.readline())
        second = int(self.next_line())
        self.assertNotEqual(first, second)
        self.supervisor.terminate()
        self.assertEqual(self.next_line(), 'ending')
        self.assertEqual(self.supervisor.wait(WAIT_S), 0)
        self.assert_gone(second)

    def test_crashes_soon_after_one_another_are_no_reason_to_wait_until_they_are_many(self):
        for how in ('at once', 'at once', 'at once', 'in 1 s'):
            os.kill(int(self.next_line()), signal.SIGKILL)
            while 'status 137' not in (line := self.supervisor.stdout.readline()):
                self.assertTrue(line, 'the supervisor is gone')
            self.assertIn(how, line)

    def test_a_killed_supervisor_leaves_no_program_behind(self):
        pid = int(self.next_line())
        self.supervisor.kill()
        self.supervisor.wait(WAIT_S)
        self.assert_gone(pid)


if __name__ == '__main__':
    unittest.main()
