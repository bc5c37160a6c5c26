"""What a hop through the gateway costs in five processes, against nginx before the same service."""

from contextlib import ExitStack

from tests.bench.document import ratio, table
from tests.bench.ground import Ground
from tests.bench.load import NOT_CACHED, Subject, measured
from tests.bench.reads import LIST, ONE
from tests.bench.servers import running
from tests.bench.settings import BenchSettings
from tests.bench.subjects import SERVICES, gateway, nginx, service


def measure(ground: Ground, settings: BenchSettings) -> list[str]:
    """Measure the two ways to one service in turns; return the section."""
    rows = []
    with ExitStack() as stack:
        ports = {
            name: stack.enter_context(running(service(ground, name))).port for name in SERVICES
        }
        ours = stack.enter_context(running(gateway(ground, ports)))
        theirs = stack.enter_context(running(nginx(ports["towns"])))
        for path in (ONE, LIST):
            subjects = [
                Subject("ours", ours, path, NOT_CACHED),
                Subject("nginx", theirs, path, NOT_CACHED),
            ]
            found = measured(subjects, settings)
            cpu = [found[name].cpu_us for name in ("ours", "nginx")]
            rows.append([f"`{path}`", f"{cpu[0]:,.0f}", f"{cpu[1]:,.0f}", ratio(cpu[0] / cpu[1])])
    return table(["CPU µs a request", "our gateway", "nginx", "ours / nginx"], rows)
