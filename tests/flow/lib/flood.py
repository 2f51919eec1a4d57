"""A hostile participant as a child process: tests/flow/flood.c."""
import os

from .media import Media

RUN_S = 600


class Flood(Media):
    """Connects on `page` like any media, then sends what it is told to. `victim`: whose connection is meant."""

    def __init__(self, page, victim):
        super().__init__(page, program=os.environ['FLOOD'])
        self.ufrag = next(line.split(':', 1)[1] for line in victim.answer.splitlines()
                          if line.startswith('a=ice-ufrag:'))

    def run(self, kind, count, how='run'):
        """How many were sent, and in how many seconds."""
        self.say(f'{how} {kind} {count} {self.ufrag}')
        word, name, sent, took_us = self.line(RUN_S).split()
        assert (word, name) == ('done', kind)
        return int(sent), int(took_us) / 1e6
