"""The servers under load: our daemon, and Janus from its Debian package with a configuration of its own. Each lives in a
temporary folder, listens where the system lets it, and is ended by its process id."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'flow'))
from lib.daemon import Daemon  # noqa: E402

LIBRARIES = pathlib.Path('/usr/lib') / f'{os.uname().machine}-linux-gnu' / 'janus'
START_S, STOP_S, LOOK_S = 30, 30, 0.05


def end_tidily():
    """A driver that is told to end (SIGTERM) ends what it has started, as after an error."""
    def told(number, _frame):
        signal.signal(number, signal.SIG_IGN)
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, told)


realtime = False  # set by `compare --realtime`: where other programs keep the machine busy


def place(pid, core):
    """All threads of a process (and those they will make) on one core, before whatever else runs on the machine."""
    for task in os.listdir(f'/proc/{pid}/task'):
        if core is not None:
            os.sched_setaffinity(int(task), {core})
        try:
            own = os.getpriority(os.PRIO_PROCESS, int(task))  # how a server orders its own threads stays as it is
            os.setpriority(os.PRIO_PROCESS, int(task), own - 20)
            if realtime and core is not None:
                os.sched_setscheduler(int(task), os.SCHED_RR, os.sched_param(1))
        except PermissionError:
            pass


class Shipinban:
    """`settings` beside those of the flow tests."""
    adapter = 'shipinban'

    def __init__(self, recorded=True, settings=None, core=None):
        settings = dict(settings or {})
        settings['server'] = {'log_level': 'warning', **settings.get('server', {})}
        self.daemon, self.recorded, self.core = Daemon(settings), recorded, core

    def __enter__(self):
        try:
            self.daemon.start()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        self.pid = self.daemon.child.pid
        place(self.pid, self.core)
        return self

    def __exit__(self, *error):
        self.daemon.__exit__(*error)

    def arguments(self):
        more = [] if self.recorded else ['--unrecorded']
        return ['--port', str(self.daemon.port), '--key-file', str(self.daemon.folder / 'api.key'),
                '--matter', self.matter(), *more]

    def matter(self):
        """One that may also go unrecorded."""
        matters = self.daemon.json('GET', '/api/v1/matters')['matters']
        return next(m['code'] for m in matters if m['recording'] == self.recorded)


class Janus:
    """`event_loops` 0: a thread a handle, its default. It does not use loopback, so the load comes to an address of an
    interface."""
    adapter = 'janus'
    PLUGINS = 'audiobridge duktape echotest lua nosip recordplay sip streaming textroom videocall voicemail'
    TRANSPORTS = 'http mqtt nanomsg pfunix rabbitmq'

    def __init__(self, recorded=True, event_loops=1, core=None):
        self.recorded, self.event_loops, self.core = recorded, event_loops, core
        self.address = interface_address()

    @staticmethod
    def is_there():
        return shutil.which('janus') is not None and interface_address() is not None

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding='utf-8')

    def write_config(self):
        loops = f'event_loops = {self.event_loops}' if self.event_loops else ''
        plugins = ','.join(f'libjanus_{name}.so' for name in self.PLUGINS.split())
        transports = ','.join(f'libjanus_{name}.so' for name in self.TRANSPORTS.split())
        self.write('janus.jcfg', f'''general: {{
  configs_folder = "{self.folder}" plugins_folder = "{LIBRARIES}/plugins" transports_folder = "{LIBRARIES}/transports"
  events_folder = "{self.folder}/none" loggers_folder = "{self.folder}/none" debug_level = 2 {loops}
  protected_folders = [ "/etc" ] }}
media: {{ }}
nat: {{ }}
plugins: {{ disable = "{plugins}" }}
transports: {{ disable = "{transports}" }}
''')
        self.write('janus.transport.websockets.jcfg', f'''general: {{
  json = "compact" ws = true ws_port = {self.port} ws_ip = "{self.address}" wss = false }}
admin: {{ admin_ws = false admin_wss = false }}
''')
        self.write('janus.plugin.videoroom.jcfg', 'general: { }\n')

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='shipinban-janus-'))
        for name in ('none', 'recordings'):
            (self.folder / name).mkdir()
        with socket.socket() as free:
            free.bind((self.address, 0))
            self.port = free.getsockname()[1]
        self.write_config()
        with open(self.folder / 'log', 'wb') as log:
            self.child = subprocess.Popen(['janus', '-F', str(self.folder)], stdout=log, stderr=log)
        self.pid = self.child.pid
        try:
            self.wait()
        except BaseException:
            self.__exit__()
            raise
        place(self.pid, self.core)
        return self

    def wait(self):
        never = threading.Event()
        for _ in range(int(START_S / LOOK_S)):
            assert self.child.poll() is None, (self.folder / 'log').read_text()
            with socket.socket() as probe:
                if probe.connect_ex((self.address, self.port)) == 0:
                    return
            never.wait(LOOK_S)
        raise AssertionError('janus does not listen')

    def __exit__(self, *error):
        self.child.terminate()
        try:
            self.child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def arguments(self):
        more = [] if self.recorded else ['--unrecorded']
        return ['--address', self.address, '--port', str(self.port),
                '--record-folder', str(self.folder / 'recordings'), *more]


class Direct:
    """No server: what the tool itself can do."""
    adapter, recorded, pid = 'direct', False, 0

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def arguments(self):
        return ['--unrecorded']


def interface_address():
    """The first IPv4 address of this machine that is not loopback's; None: it has none."""
    out = subprocess.run(['ip', '-4', '-j', 'address', 'show', 'up'], stdout=subprocess.PIPE, check=True).stdout
    for link in json.loads(out or '[]'):
        for address in link.get('addr_info', []):
            if link.get('ifname') != 'lo' and address.get('local'):
                return address['local']
    return None


def load(server, command, *options, core=None, timeout=600):
    """(exit code, what it printed, its figures) of the load tool against a server."""
    with tempfile.NamedTemporaryFile(suffix='.json') as figures:
        child = subprocess.Popen(
            [os.environ['BENCH'], command, server.adapter, '--pid', str(server.pid), '--json', figures.name,
             *server.arguments(), *(str(option) for option in options)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        place(child.pid, core)
        try:
            text, _ = child.communicate(timeout=timeout)
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
        data = figures.read()
    return child.returncode, text, json.loads(data) if data else {}
