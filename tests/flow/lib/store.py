"""Trouble with the hall's database, made from outside."""
import contextlib
import sqlite3


def sql(daemon, statement):
    with contextlib.closing(connect(daemon)) as database:
        database.execute(statement)


@contextlib.contextmanager
def refusing(daemon, action):
    """The trail takes no row of `action`: whatever writes one fails."""
    sql(daemon, f"CREATE TRIGGER refusing BEFORE INSERT ON audit WHEN NEW.action = '{action}' "
                "BEGIN SELECT RAISE(ABORT, 'no'); END")
    try:
        yield
    finally:
        sql(daemon, 'DROP TRIGGER refusing')


@contextlib.contextmanager
def without(daemon, table):
    """The table takes no new row."""
    sql(daemon, f"CREATE TRIGGER without BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END")
    try:
        yield
    finally:
        sql(daemon, 'DROP TRIGGER without')


@contextlib.contextmanager
def locked(daemon):
    """The hall waits at its next write; not longer than its 2 s."""
    with contextlib.closing(connect(daemon)) as database:
        database.execute('BEGIN IMMEDIATE')
        try:
            yield
        finally:
            database.execute('ROLLBACK')


def connect(daemon):
    return sqlite3.connect(daemon.folder / 'hall.db', timeout=10, isolation_level=None)
