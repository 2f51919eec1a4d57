"""JSON Schema (draft 2020-12), as much of it as tests/data/schema uses; a keyword that is not known here is a fault of the
schema, so that nothing goes unchecked."""
import functools
import json
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parents[2] / 'data/schema'
ANNOTATIONS = {'$schema', '$id', '$defs', 'title', 'description'}
TYPES = {'object': dict, 'array': list, 'string': str, 'boolean': bool, 'null': type(None)}


@functools.lru_cache(None)
def document(name):
    return json.loads((FOLDER / name).read_text(encoding='utf-8'))


def resolve(reference, base):
    name, _, pointer = reference.partition('#')
    base = name or base
    node = document(base)
    for part in pointer.split('/')[1:]:
        node = node[part]
    return node, base


def is_type(value, name):
    if name == 'integer':
        return isinstance(value, int) and not isinstance(value, bool)
    if name == 'number':
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def faults(value, schema, base, at='$'):
    """What is wrong with `value`, in words; empty when it is good."""
    if schema is True:
        return []
    found = []
    for word, rule in schema.items():
        if word in ANNOTATIONS:
            continue
        if word == '$ref':
            target, where = resolve(rule, base)
            found += faults(value, target, where, at)
        elif word == 'type':
            names = rule if isinstance(rule, list) else [rule]
            if not any(is_type(value, name) for name in names):
                found.append(f'{at}: {value!r} is no {" or ".join(names)}')
        elif word == 'enum':
            if value not in rule:
                found.append(f'{at}: {value!r} is none of {rule}')
        elif word == 'const':
            if value != rule:
                found.append(f'{at}: {value!r} is not {rule!r}')
        elif word == 'oneOf':
            good = sum(not faults(value, choice, base, at) for choice in rule)
            if good != 1:
                found.append(f'{at}: fits {good} of {len(rule)} choices: {value!r}')
        elif word == 'required':
            found += [f'{at}: {name} is missing' for name in rule if isinstance(value, dict) and name not in value]
        elif word == 'properties':
            if isinstance(value, dict):
                for name, inner in rule.items():
                    if name in value:
                        found += faults(value[name], inner, base, f'{at}.{name}')
        elif word == 'items':
            if isinstance(value, list):
                for index, item in enumerate(value):
                    found += faults(item, rule, base, f'{at}[{index}]')
        elif word in ('minimum', 'maximum'):
            if is_type(value, 'number') and (value < rule if word == 'minimum' else value > rule):
                found.append(f'{at}: {value} is beyond the {word} {rule}')
        elif word in ('minLength', 'maxLength'):
            if isinstance(value, str) and (len(value) < rule if word == 'minLength' else len(value) > rule):
                found.append(f'{at}: length {len(value)} is beyond the {word} {rule}')
        elif word in ('maxItems',):
            if isinstance(value, list) and len(value) > rule:
                found.append(f'{at}: {len(value)} items are more than {rule}')
        elif word == 'pattern':
            if isinstance(value, str) and not re.search(rule, value):
                found.append(f'{at}: {value!r} does not match {rule}')
        else:
            raise AssertionError(f'{base} {at}: keyword {word} is not known to lib/schema.py')
    return found


def check(value, name, reference):
    found = faults(value, {'$ref': f'{name}#/$defs/{reference}'}, name)
    assert not found, '\n'.join(found)


def check_frame(frame, names):
    """One frame of the server; `names` are the messages that the requests' ids stand for."""
    check(frame, 'frames.json', frame.get('t') if frame.get('t') in ('ev', 'res', 'ping', 'pong', 'bye') else 'ev')
    if frame['t'] == 'ev':
        check(frame['d'], 'events.json', frame['m'])
    elif frame['t'] == 'res' and frame['ok'] and frame['id'] in names:
        check(frame['d'], 'answers.json', names[frame['id']])
