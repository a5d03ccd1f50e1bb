"""Nothing of the local platform listens beyond this machine."""

import ipaddress

import psutil

from tests.support.command import Command
from tests.support.platform import Platform, Tenant


def test_server_and_workers_listen_on_loopback_alone(
    platform: Platform, command: Command, acme: Tenant
) -> None:
    assert acme.call("GET", "/items/orders").status_code == 200  # a function's worker runs, too
    running = command.processes()
    assert platform.local.record.pid in {process.pid for process in running}
    assert len(running) > 1
    listening = [
        connection.laddr.ip
        for process in running
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
        or (connection.type == 2 and not connection.raddr)  # SOCK_DGRAM
    ]
    assert listening
    assert all(ipaddress.ip_address(address).is_loopback for address in listening)
