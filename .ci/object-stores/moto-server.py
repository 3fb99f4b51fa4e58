"""moto, a server that behaves as S3, on a free port of this machine; ends when its parent does."""

import contextlib
import ctypes
import logging
import os
import signal
import sys

# Pages of 100 keys, so that tests of many need few; read when it is imported.
os.environ['MOTO_S3_DEFAULT_MAX_KEYS'] = '100'
from moto.server import ThreadedMotoServer  # noqa: E402

PARENT = os.getppid()
# PR_SET_PDEATHSIG.
ctypes.CDLL(None).prctl(1, signal.SIGTERM)
if os.getppid() != PARENT:
    sys.exit(1)
logging.getLogger('werkzeug').setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address='127.0.0.1', port=0)
# It tells that it starts; what is printed here is the address.
with contextlib.redirect_stdout(sys.stderr):
    server.start()
host, port = server.get_host_and_port()
print(f'http://key:secret@{host}:{port}', flush=True)
signal.pause()
