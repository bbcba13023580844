// Drives a headless Chromium over its pipe: no driver, no port, and nothing of it reaches the network.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** The browser: $CHROMIUM, or the first of its usual names in PATH. */
function executable() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? "").split(delimiter);
  for (const name of ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]) {
    const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
    if (found) return found;
  }
  throw new Error("no Chromium in PATH: run tests/servers/install, or set CHROMIUM to one");
}

/** Starts a browser, gives it to `use`, and ends it whatever happens. */
export async function withBrowser(use) {
  const profile = mkdtempSync(join(tmpdir(), "handbill-browser-"));
  const args = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
    "--disable-extensions", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    // Text looks the same on every machine.
    "--font-render-hinting=none", "--disable-lcd-text",
    // Whatever a mail asks for, it gets nothing from outside.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--no-proxy-server",
    `--user-data-dir=${profile}`, "--remote-debugging-pipe", "about:blank",
  ];
  const child = spawn(executable(), args, { stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (text) => { stderr = (stderr + text).slice(-2000); });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const pipe = new Pipe(child.stdio[3], child.stdio[4]);
  ended.then((code) => pipe.fail(new Error(`Chromium ended with ${code}: ${stderr}`)));
  try {
    return await use(new Browser(pipe));
  } finally {
    // Closed in good order, it leaves nobody behind who still writes into its folder.
    pipe.send("Browser.close").catch(() => {});
    const patience = setTimeout(() => child.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(patience);
    try { rmSync(profile, { recursive: true, force: true, maxRetries: 5 }); } catch { /* A folder in /tmp is no failure. */ }
  }
}

/** Messages of the DevTools protocol: JSON with a NUL after each. */
class Pipe {
  #out; #next = 1; #waiting = new Map(); #rest = Buffer.alloc(0);

  constructor(out, back) {
    this.#out = out;
    // The exit of the browser tells more than a broken pipe.
    out.on("error", () => {});
    back.on("data", (data) => {
      this.#rest = Buffer.concat([this.#rest, data]);
      for (let end; (end = this.#rest.indexOf(0)) >= 0; this.#rest = this.#rest.subarray(end + 1)) {
        const message = JSON.parse(this.#rest.subarray(0, end).toString());
        const waiting = this.#waiting.get(message.id);
        this.#waiting.delete(message.id);
        if (message.error) waiting?.reject(new Error(`${waiting.method}: ${message.error.message}`));
        else waiting?.resolve(message.result);
      }
    });
  }

  fail(error) {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }

  send(method, params = {}, sessionId = undefined) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, method });
      this.#out.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }
}

class Browser {
  constructor(pipe) { this.pipe = pipe; }

  /** Opens an empty page. */
  async page() {
    const { targetId } = await this.pipe.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.pipe.send("Target.attachToTarget", { targetId, flatten: true });
    return new Page(this.pipe, sessionId);
  }
}

class Page {
  constructor(pipe, session) { this.send = (method, params) => pipe.send(method, params, session); }

  /** Shows HTML at a width, in the scheme `light` or `dark`, with text at `zoom` times its size. */
  async show(html, { width, scheme, zoom = 1 }) {
    await this.send("Emulation.setDeviceMetricsOverride", { width, height: 600, deviceScaleFactor: 1, mobile: false });
    await this.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
    const { frameTree } = await this.send("Page.getFrameTree");
    await this.send("Page.setDocumentContent", { frameId: frameTree.frame.id, html });
    // Twice the text in the same width is what a page looks like with half the width, magnified.
    if (zoom !== 1) await this.send("Emulation.setDeviceMetricsOverride", {
      width: Math.round(width / zoom), height: 600, deviceScaleFactor: zoom, mobile: false,
    });
    await this.run("document.fonts.ready.then(() => Promise.all([...document.images].map((image) => image.decode().catch(() => {})))).then(() => true)");
  }

  /** The value of a script, awaited. */
  async run(expression) {
    const answer = await this.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (answer.exceptionDetails) {
      throw new Error(answer.exceptionDetails.exception?.description ?? answer.exceptionDetails.text);
    }
    return answer.result.value;
  }

  /** The whole page as PNG. */
  async picture() {
    const { cssContentSize } = await this.send("Page.getLayoutMetrics");
    const clip = { x: 0, y: 0, width: cssContentSize.width, height: cssContentSize.height, scale: 1 };
    const { data } = await this.send("Page.captureScreenshot", { format: "png", captureBeyondViewport: true, clip });
    return Buffer.from(data, "base64");
  }
}
