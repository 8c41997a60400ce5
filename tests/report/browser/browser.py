"""A headless Chromium driven over the WebDriver protocol, with nothing but the standard library."""

import json
import shutil
import subprocess
import time
import urllib.request

DRIVER = shutil.which("chromedriver")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# Containers run as root, where the sandbox cannot start; the page is our own.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TAB = "\ue004"
ENTER = "\ue007"
_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Browser:
    """One window; `folder` takes its profile."""

    def __init__(self, folder):
        self._process = subprocess.Popen(
            [DRIVER, "--port=0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            self._root = f"http://127.0.0.1:{self._port()}"
            options = {
                "binary": CHROMIUM,
                "args": [
                    *FLAGS,
                    "--window-size=1280,1000",
                    f"--user-data-dir={folder}/profile",
                ],
            }
            capabilities = {
                "goog:chromeOptions": options,
                "goog:loggingPrefs": {"browser": "ALL"},
            }
            session = self._call(
                "POST",
                "/session",
                {"capabilities": {"alwaysMatch": capabilities}},
            )
            self._root += f"/session/{session['sessionId']}"
        except BaseException:
            self._stop()
            raise

    def _port(self):
        for line in self._process.stdout:
            if "successfully on port" in line:
                return int(line.rsplit(" ", 1)[1].strip().rstrip("."))
        raise RuntimeError("chromedriver ended before it listened")

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self._root + path,
            data,
            {"Content-Type": "application/json"},
            method=method,
        )
        with _NO_PROXY.open(request, timeout=600) as answer:
            return json.load(answer)["value"]

    def _call_developer_tools(self, name, **parameters):
        command = {"cmd": name, "params": parameters}
        self._call("POST", "/goog/cdp/execute", command)

    def clear(self, downloads):
        """Leave the page, and forget its messages and the size; later files go to a folder."""
        self.open("about:blank")
        self.errors()
        self._call_developer_tools("Emulation.clearDeviceMetricsOverride")
        self._call_developer_tools(
            "Browser.setDownloadBehavior",
            behavior="allow",
            downloadPath=str(downloads),
        )

    def set_size(self, width, height, mobile=False):
        """Give the window a size in pixels, that of a phone if `mobile`."""
        self._call_developer_tools(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=mobile,
        )

    def open(self, page):
        """Open a file, or the page at an address."""
        address = page if isinstance(page, str) else page.as_uri()
        self._call("POST", "/url", {"url": address})

    def run(self, script):
        return self._call(
            "POST", "/execute/sync", {"script": script, "args": []}
        )

    def run_async(self, script):
        """Run a script that calls its last argument with what is to be returned."""
        return self._call(
            "POST", "/execute/async", {"script": script, "args": []}
        )

    def wait(self, script, seconds=90):
        """Run a script until it returns something true, and return that."""
        end = time.monotonic() + seconds
        while not (value := self.run(script)):
            if time.monotonic() > end:
                raise AssertionError(
                    f"waited {seconds} s in vain for: {script}"
                )
            time.sleep(0.1)
        return value

    def move(self, x, y):
        """Move the mouse to a point of the window."""
        step = {
            "type": "pointerMove",
            "duration": 50,
            "x": int(x),
            "y": int(y),
        }
        mouse = {"type": "pointer", "id": "mouse", "actions": [step]}
        self._call("POST", "/actions", {"actions": [mouse]})

    def press(self, *keys):
        steps = [
            {"type": kind, "value": k}
            for k in keys
            for kind in ("keyDown", "keyUp")
        ]
        keyboard = {"type": "key", "id": "keys", "actions": steps}
        self._call("POST", "/actions", {"actions": [keyboard]})

    def errors(self):
        """Return what our pages left on the console, warnings too.

        Chromium's own first page may complain about a slow network; that is not ours.
        """
        log = self._call("POST", "/se/log", {"type": "browser"})
        return [
            e["message"]
            for e in log
            if not e["message"].startswith("chrome://")
        ]

    def close(self):
        try:
            self._call("DELETE", "")
        finally:
            self._stop()

    def _stop(self):
        self._process.terminate()
        self._process.wait(20)
        self._process.stdout.close()
