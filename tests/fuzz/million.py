#!/usr/bin/env python3
"""One fuzz target of a libFuzzer build, for so many runs from the same seed: the same inputs on every machine. Prints what
libFuzzer says and leaves a row for the table: how fast it was, and how many lines of the files under test it reached.

usage: million.py PROGRAM CORPUS ROW RUNS [-option=value...] SOURCE...
       million.py --table FOLDER"""
import json
import os
import pathlib
import subprocess
import sys
import time


def fuzz(program, corpus, runs, options, row):
    """(whether all was well, seconds of CPU time)."""
    # What a run left behind is looked for once, at the end: after each run it would cost more than the run, and a daemon
    # may keep something for the next.
    inputs = sorted(str(path) for path in pathlib.Path(corpus).iterdir())
    environment = {**os.environ, 'LLVM_PROFILE_FILE': f'{row}.profraw',
                   'ASAN_OPTIONS': 'quarantine_size_mb=16:malloc_context_size=6'}
    # What a daemon inside of a target writes is waited for: a disk would set the pace.
    if os.path.isdir('/dev/shm'):
        environment['TMPDIR'] = '/dev/shm'
    before = os.times()
    done = subprocess.run(
        [program, f'-runs={runs}', '-seed=1', '-print_final_stats=1', '-rss_limit_mb=2048', '-timeout=60',
         '-detect_leaks=0', f'-artifact_prefix={row}-', f'-seed_inputs={",".join(inputs)}', *options], env=environment, check=False)
    after = os.times()
    return done.returncode == 0, (after.children_user + after.children_system
                                  - before.children_user - before.children_system)


def lines(program, row, sources):
    """(reached, all) of the files whose paths end as `sources` say; the profile counted every run."""
    subprocess.run(['llvm-profdata', 'merge', '-sparse', f'{row}.profraw', '-o', f'{row}.profdata'], check=True)
    told = subprocess.run(['llvm-cov', 'export', '-summary-only', f'-instr-profile={row}.profdata', program],
                          stdout=subprocess.PIPE, check=True).stdout
    files = [file['summary']['lines'] for file in json.loads(told)['data'][0]['files']
             if any(os.path.normpath(file['filename']).endswith('/' + source) for source in sources)]
    return sum(file['covered'] for file in files), sum(file['count'] for file in files)


def run(program, corpus, row, runs, *rest):
    options = [word for word in rest if word.startswith('-')]
    sources = [word for word in rest if not word.startswith('-')]
    name = pathlib.Path(program).name.removeprefix('fuzz_')
    pathlib.Path(row).parent.mkdir(exist_ok=True)
    pathlib.Path(row).write_text(f'{name}\tFAILED\n', encoding='utf-8')
    started = time.monotonic()
    good, cpu = fuzz(program, corpus, runs, options, row)
    if not good:
        return 1
    took = time.monotonic() - started
    reached, whole = lines(program, row, sources)
    words = [name, runs, f'{cpu:.0f}', f'{took:.0f}', f'{int(runs) / max(cpu, 0.01):.0f}', f'{reached}/{whole}',
             f'{100 * reached // max(whole, 1)} %', ' '.join(sources)]
    pathlib.Path(row).write_text('\t'.join(words) + '\n', encoding='utf-8')
    print(*words)
    return 0 if whole else 'no such source'


def table(folder):
    head = ['target', 'runs', 'CPU s', 's', 'runs/CPU s', 'lines', '', 'of']
    rows = [head] + [path.read_text(encoding='utf-8').rstrip('\n').split('\t')
                     for path in sorted(pathlib.Path(folder).glob('*.row'))]
    done = [row for row in rows[1:] if len(row) == len(head)]
    rows.append(['together', *(str(sum(int(row[i]) for row in done)) for i in (1, 2, 3))])
    widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(len(head) - 1)]
    for row in rows:
        print('  '.join(word.ljust(width) for word, width in zip(row, widths)), *row[len(widths):])


if __name__ == '__main__':
    if sys.argv[1] == '--table':
        table(sys.argv[2])
    else:
        sys.exit(run(*sys.argv[1:]))
