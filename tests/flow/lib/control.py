"""The operator's socket without shipinbanctl."""
import json
import socket


def raw(daemon, data):
    """What the socket itself answers."""
    with socket.socket(socket.AF_UNIX) as door:
        door.settimeout(20)
        door.connect(str(daemon.folder / 'control.sock'))
        door.sendall(data)
        answer = b''
        while (more := door.recv(65536)):
            answer += more
        return answer


def control(daemon, request):
    return json.loads(raw(daemon, json.dumps(request).encode() + b'\n'))
