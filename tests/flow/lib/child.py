"""Child processes of a test: none outlives it, however it ends."""
import subprocess

END_S = 10

children = []


def start(command, **how):
    """subprocess.Popen(), remembered for leave()."""
    child = subprocess.Popen(command, **how)
    children.append(child)
    return child


def end(child, within_s):
    """Waits for a child that was told to end; whether it did. One that does not is killed."""
    try:
        child.wait(within_s)
        return True
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return False


def leave():
    """After a test: kills what still runs, and names it."""
    left = [child for child in children if child.poll() is None]
    for child in left:
        child.kill()
    for child in left:
        child.wait(END_S)
    children.clear()
    return [child.args[0] for child in left]
