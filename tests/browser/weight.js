// What pages weigh on their way.
import { get } from "node:http";

// Everything that one answer brings over the wire, its head included, as a browser asks for it.
export function overTheWire(address, encodings = "gzip, deflate, br, zstd") {
  return new Promise((answer, fail) => {
    const request = get(address, { headers: { "accept-encoding": encodings }, agent: false }, (response) => {
      const { socket, headers } = response;
      response.resume().once("end", () => answer({ headers, bytes: socket.bytesRead }));
    });
    request.once("error", fail);
  });
}

// Loads a page in a browser that was never there. Answers its response, and the address and the bytes of everything that came until nothing more did.
export async function firstVisit(page, address) {
  const wire = await page.context().newCDPSession(page);
  const [asked, came] = [new Map(), []];
  wire.on("Network.requestWillBeSent", ({ requestId, request }) => asked.set(requestId, request.url));
  wire.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => came.push({ url: asked.get(requestId), bytes: encodedDataLength }));
  await wire.send("Network.enable");
  const response = await page.goto(address);
  for (let before = -1; before !== came.length; await page.waitForTimeout(300)) before = came.length;
  // A browser without a window shows no mark in its tab, and does not ask for it.
  const mark = await page.locator("link[rel=icon]").evaluate((link) => link.href);
  if (!came.some(({ url }) => url === mark)) came.push({ url: mark, bytes: (await overTheWire(mark)).bytes });
  await wire.detach();
  return { response, came };
}
