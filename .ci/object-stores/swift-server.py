"""OpenStack Swift with its s3api filter on free ports of this machine, with files below the system's temporary folder.

Prints `http://key:secret@host:port` once it answers. Ends, and removes its files, at SIGTERM or when its parent ends.
Runs as any user; nothing outside the temporary folder is written.
"""

import ctypes
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import urllib.request
from time import time as now

KEY, SECRET = 'test:tester', 'testing'
BACKENDS = ('account', 'container', 'object')


def end_with_parent():
    """Has the kernel end this process when its parent does: PR_SET_PDEATHSIG."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(1)


def listening():
    """A socket on a free port."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind(('127.0.0.1', 0))
    one.listen(1024)
    return one


class Cache:
    """What the proxy knows of accounts and containers, in place of memcached; values pass through JSON there as well."""

    def __init__(self):
        self.values = {}

    def get(self, key, *_, **__):
        text, end = self.values.get(key, ('null', 0))
        return json.loads(text) if end > now() else None

    def set(self, key, value, *_, time=0, **__):  # noqa: A002 - the name that callers use
        self.values[key] = (json.dumps(value), now() + (time or 3600))

    def delete(self, key, *_, **__):
        self.values.pop(key, None)


def with_cache(app):
    """The application with that cache, where `swift.common.middleware.memcache` would put its own."""
    cache = Cache()
    return lambda env, start_response: app({**env, 'swift.cache': cache}, start_response)


def write_settings(folder):
    """Settings of every server, each a file: as in Swift's own functional tests, with one device and one replica."""
    common = f"""[DEFAULT]
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
workers = 0
bind_ip = 127.0.0.1
log_level = ERROR
db_preallocation = off
disable_fallocate = true
"""
    proxy = f"""
[pipeline:main]
pipeline = catch_errors listing_formats s3api tempauth proxy-logging proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
# Pages of 100 keys, so that tests of many need few.
max_bucket_listing = 100
[filter:proxy-logging]
use = egg:swift#proxy_logging
access_log_level = DEBUG
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = {SECRET} .admin
"""
    write = lambda name, text: open(os.path.join(folder, name), 'w').write(text)
    write('swift.conf', '[swift-hash]\nswift_hash_path_suffix = tests\nswift_hash_path_prefix = tests\n')
    write('proxy.conf', common + proxy)
    for name in BACKENDS:
        write(f'{name}.conf', f'{common}\n[app:main]\nuse = egg:swift#{name}\n')


def write_rings(folder, ports):
    """Rings of one partition on one device."""
    from swift.common.ring import RingBuilder

    for name, port in ports.items():
        ring = RingBuilder(0, 1, 0)
        ring.add_dev(
            dict(id=0, region=1, zone=1, weight=1, ip='127.0.0.1', port=port, device='one', meta='')
            | dict(replication_ip='127.0.0.1', replication_port=port)
        )
        ring.rebalance()
        ring.get_ring().save(os.path.join(folder, f'{name}.ring.gz'))


def serve(folder, names, sockets):
    """Servers of one process, until it ends."""
    import eventlet
    import eventlet.wsgi
    from swift.common import utils
    from swift.common.http_protocol import SwiftHttpProtocol
    from swift.common.wsgi import loadapp

    utils.eventlet_monkey_patch()
    for name in names:
        app = loadapp(os.path.join(folder, f'{name}.conf'), global_conf={'log_name': name})
        settings = dict(protocol=SwiftHttpProtocol, capitalize_response_headers=False)
        app = with_cache(app) if name == 'proxy' else app
        green = eventlet.greenio.GreenSocket(sockets[name])
        eventlet.spawn(eventlet.wsgi.server, green, app, utils.NullLogger(), **settings)
    while True:
        eventlet.sleep(3600)


def start(folder, names, sockets):
    """A process of its own."""
    if os.fork() == 0:
        end_with_parent()
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
        for name, one in sockets.items():
            if name not in names:
                one.close()
        serve(folder, names, sockets)


def answers(port):
    """Waits until the proxy does."""
    with urllib.request.urlopen(f'http://127.0.0.1:{port}/info', timeout=60) as answer:
        answer.read()


def main():
    end_with_parent()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    folder = tempfile.mkdtemp(prefix='sincere-swift-')
    try:
        os.makedirs(os.path.join(folder, 'devices/one'))
        # Swift keeps what it knows of an object in these.
        os.setxattr(os.path.join(folder, 'devices/one'), 'user.swift', b'1')
        sockets = {name: listening() for name in (*BACKENDS, 'proxy')}
        from swift.common import utils

        utils.SWIFT_CONF_FILE = os.path.join(folder, 'swift.conf')
        write_settings(folder)
        write_rings(folder, {name: sockets[name].getsockname()[1] for name in BACKENDS})
        start(folder, BACKENDS, sockets)
        start(folder, ['proxy'], sockets)
        port = sockets['proxy'].getsockname()[1]
        answers(port)
        print(f"http://{KEY.replace(':', '%3A')}:{SECRET}@127.0.0.1:{port}", flush=True)
        while True:
            _, status = os.wait()
            sys.exit(f'one of Swift\'s servers ended with {status}')
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
