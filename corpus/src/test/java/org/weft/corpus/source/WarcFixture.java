package org.weft.corpus.source;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** A small web archive, each record packed by itself as Common Crawl's are. */
final class WarcFixture {
    private WarcFixture() {}

    static void write(Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            record(out, "warcinfo", "application/warc-fields", "software: none\r\n");
            record(out, "request", "application/http; msgtype=request", "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            String page =
                    "<nav>Menu</nav><p>" + "The tide was out and the flats lay bare for miles. ".repeat(3) + "</p>";
            response(out, "200 OK", "text/html; charset=utf-8", page);
            response(out, "404 Not Found", "text/html", page);
            response(out, "200 OK", "image/png", "not a text");
            response(out, "200 OK", "text/plain", "plain text\n");
            record(out, "conversion", "text/plain", "converted");
        }
    }

    private static void response(OutputStream out, String status, String type, String body) throws IOException {
        record(
                out,
                "response",
                "application/http; msgtype=response",
                "HTTP/1.1 " + status + "\r\nContent-Type: " + type + "\r\nContent-Length: "
                        + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
    }

    private static void record(OutputStream out, String type, String contentType, String content) throws IOException {
        byte[] body = content.getBytes(StandardCharsets.UTF_8);
        String header = "WARC/1.0\r\nWARC-Type: " + type + "\r\nWARC-Target-URI: http://a.example/" + type
                + "\r\nWARC-Date: 2024-01-01T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-00000000000"
                + (type.length() % 10) + ">\r\nContent-Type: " + contentType + "\r\nContent-Length: " + body.length
                + "\r\n\r\n";
        GZIPOutputStream packed = new GZIPOutputStream(out);
        packed.write(header.getBytes(StandardCharsets.UTF_8));
        packed.write(body);
        packed.write("\r\n\r\n".getBytes(StandardCharsets.UTF_8));
        packed.finish();
    }
}
