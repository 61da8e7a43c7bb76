"""ExaBGP's process at the other end of its pipes: what ExaBGP says is kept in a file, what comes over a socket is told to it.

    exabgp_pipe.py FOLDER        started by ExaBGP; said.jsonl and told.sock are in FOLDER
"""
import os
import socket
import sys
import threading
from pathlib import Path


def tell(listener):
    """One connection is one list of commands; its end is answered when all of it is with ExaBGP."""
    while True:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines:
            for line in lines:
                os.write(sys.stdout.fileno(), line)
            connection.sendall(b"told\n")


def main():
    folder = Path(sys.argv[1])
    (folder / "told.sock").unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "told.sock"))
    listener.listen(8)
    threading.Thread(target=tell, args=(listener,), daemon=True).start()
    with open(folder / "said.jsonl", "ab", buffering=0) as said:
        for line in sys.stdin.buffer:
            said.write(line)


if __name__ == "__main__":
    main()
