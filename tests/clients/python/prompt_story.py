"""The PowerShell prompt at a terminal: lines, completion, history, questions, interruption."""

import os
import pty
import re
import select
import signal
import sys
import time

from story_steps import finish, step

PATIENCE = 20.0
PROMPT = "PS C:\\"


class Terminal:
    """A program at a terminal, and what it has shown since somebody last looked."""

    def __init__(self, *words):
        child, self.end = pty.fork()
        if child == 0:
            os.environ["TERM"] = "xterm"
            os.execv(words[0], words)
        self.child = child
        self.shown = ""

    def until(self, wanted):
        """Reads on until something is shown, and gives what came before it."""
        limit = time.monotonic() + PATIENCE
        while wanted not in self.shown:
            left = limit - time.monotonic()
            assert left > 0, f"{wanted!r} is not shown: {self.shown[-400:]!r}"
            ready, _, _ = select.select([self.end], [], [], left)
            if ready:
                try:
                    text = os.read(self.end, 4096).decode("utf-8", "replace")
                except OSError:
                    text = ""
                assert text, f"it has ended without {wanted!r}: {self.shown[-400:]!r}"
                self.shown += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
        before, _, self.shown = self.shown.partition(wanted)
        return before

    def type(self, keys):
        os.write(self.end, keys.encode())

    def line(self, text):
        """Types a line at the prompt, and gives what comes of it."""
        self.type(text + "\r")
        self.until("\n")
        return self.until(PROMPT)

    def left(self):
        """Waits for the end, which shows as the end of what can be read."""
        limit = time.monotonic() + PATIENCE
        while True:
            left = limit - time.monotonic()
            ready, _, _ = select.select([self.end], [], [], max(left, 0))
            if not ready:
                os.kill(self.child, signal.SIGKILL)
                os.waitpid(self.child, 0)
                raise AssertionError("it has not ended")
            try:
                if not os.read(self.end, 4096):
                    break
            except OSError:
                break
        _, status = os.waitpid(self.child, 0)
        return os.waitstatus_to_exitcode(status)


prompt = Terminal(os.environ["DIRSYNC_LAB"], "shell", sys.argv[1], "--no-verdict")

with step("the prompt waits"):
    prompt.until(PROMPT)

with step("a line shows what comes of it"):
    assert "1764" in prompt.line("42 * 42")

with step("a cmdlet reaches the world"):
    told = prompt.line("(Get-ADUser -Filter *).UserPrincipalName")
    assert "john.doe@contoso.com" in told, told

with step("a cmdlet is completed"):
    prompt.type("Get-ADOrganizationalU\t")
    prompt.until("Get-ADOrganizationalUnit")
    told = prompt.line(" -Filter * | ForEach-Object { $_.Name }")
    assert "NotSynced" in told, told

with step("an earlier line comes back"):
    prompt.line("'said ' + 'once'")
    prompt.type("\x1b[A")
    prompt.until("'said ' + 'once'")
    prompt.type("\r")
    assert "said once" in prompt.until(PROMPT)

with step("a question is asked"):
    prompt.type("$name = Read-Host 'Who'\r")
    prompt.until("Who:")
    prompt.type("Ann\r")
    prompt.until(PROMPT)
    assert "Hello Ann" in prompt.line("\"Hello $name\"")

with step("what does not end is interrupted"):
    # Before the line runs, the terminal hands the key on as it is, and nothing is interrupted.
    prompt.type("Write-Host ('be' + 'gun'); while ($true) { }\r")
    prompt.until("begun")
    prompt.type("\x03")
    prompt.until(PROMPT)
    assert "7" in prompt.line("3 + 4")

with step("exit ends it"):
    prompt.type("exit\r")
    assert prompt.left() == 0

finish()
