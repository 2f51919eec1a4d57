#!/usr/bin/env python3
"""Writes the numbered migrations as a C table: embed.py OUTPUT.c NNNN.sql …"""
import pathlib
import sys


def literal(text):
    return '\n'.join('    "' + line.replace('\\', '\\\\').replace('"', '\\"') + '\\n"' for line in text.splitlines())


def main():
    output, *inputs = sys.argv[1:]
    rows = []
    for expected, path in enumerate(sorted(map(pathlib.Path, inputs)), 1):
        number = int(path.stem)
        if number != expected:
            sys.exit(f'{path}: expected migration number {expected:04d}')
        rows.append(f'{{{number},\n{literal(path.read_text(encoding="utf-8"))}}},')
    body = '\n'.join(rows)
    pathlib.Path(output).write_text(
        '#include "hall/store/migration.h"\n\n'
        f'const struct hall_migration hall_migrations[] = {{\n{body}\n}};\n'
        f'const size_t hall_migration_count = {len(rows)};\n', encoding='utf-8')


if __name__ == '__main__':
    main()
