/** TextEncoder and TextDecoder, of UTF-8 alone. */
const { Buffer } = require("buffer");

class TextEncoder {
  get encoding() {
    return "utf-8";
  }

  encode(text = "") {
    return new Uint8Array(Buffer.from(String(text), "utf8"));
  }
}

class TextDecoder {
  constructor(label = "utf-8") {
    if (!/^utf-?8$/i.test(label)) throw new RangeError(`TextDecoder: the encoding ${label} is not supported, only utf-8.`);
  }

  get encoding() {
    return "utf-8";
  }

  decode(bytes = new Uint8Array()) {
    const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(bytes) ? bytes : new Uint8Array(bytes);
    return Buffer.from(buffer, byteOffset, byteLength).toString("utf8").replace(/^\ufeff/, "");
  }
}

module.exports = { TextEncoder, TextDecoder };
