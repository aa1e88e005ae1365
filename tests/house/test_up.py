"""`portal up` as a stranger meets it: first start, stop, second start, a fallen process, a sudden death."""

import os
import re
import signal
import subprocess
import sys
import urllib.request

from portal.embedded.process import free_ports, port_is_free
from tests.house.running import ROOT, data_folder, environment, portal_up, processes_of, wait_until

READY = r"ready after (\d+\.\d) s"


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_the_whole_life_of_one_data_folder():
    with data_folder() as folder, data_folder() as restored:
        port, store_port = free_ports(2)
        ports = {"MOTCUA_PORT": str(port), "MOTCUA_STORE_PORT": str(store_port)}

        with portal_up(folder, **ports) as first:
            first.wait_for(READY, 240)
            first.wait_for("Ctrl-C")
            taken = re.findall(READY, first.said())[0]
            assert answers(port)
            people = re.findall(r"^  \S+@\S+ +\S+ +\S+", first.said(), re.MULTILINE)
            assert len(people) >= 4, first.said()
            assert f"http://localhost:{port}" in first.said()

            with portal_up(folder, **ports) as twin:
                assert twin.process.wait(60) == 1
                assert "already runs" in twin.said()
                assert len(twin.said().strip().splitlines()) == 1

            web = next(pid for pid, line in processes_of(folder).items() if "portal.cli web" in line)
            os.kill(web, signal.SIGKILL)
            assert wait_until(lambda: not answers(port))
            assert wait_until(lambda: answers(port), 60), first.said()

            assert first.end(signal.SIGINT) == 0
            assert "stopped" in first.said()
            assert processes_of(folder) == {}
            assert port_is_free(port)
            assert port_is_free(store_port)

        # docs/operating.md §1: a copy of the stopped folder is a backup, and it starts in another place
        subprocess.run(["cp", "-a", f"{folder}/.", restored], check=True)
        with portal_up(restored, **ports) as second:
            second.wait_for(READY, 120)
            again = re.findall(r"^  \S+@\S+ +\S+ +\S+", second.said(), re.MULTILINE)
            seconds = float(re.findall(READY, second.said())[0])
            print(f"first start {taken} s, second start {seconds} s")
            assert again == people
            crowd = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
            assert seconds < 15 * crowd  # 15 on a machine that does nothing else

            verified = subprocess.run(
                ["sh", "-c", f". {restored}/motcua.env && exec {sys.executable} -m portal.cli verify"],
                cwd=ROOT,
                env=environment(),
                capture_output=True,
                text=True,
                check=False,
            )
            assert verified.returncode == 0, verified.stdout + verified.stderr

            second.end(signal.SIGKILL)
            assert wait_until(lambda: not processes_of(restored)), processes_of(restored)
            # a killed process shows no command line any more before it lets go of its sockets
            assert wait_until(lambda: port_is_free(port))
