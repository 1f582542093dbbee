package org.weft.serve;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Requests as they stand on the wire, which no client of today's would send so. */
final class Wire {
    private Wire() {}

    /** What a server answers until it closes the connection, as it does to requests that say {@code Connection: close}. */
    static String answers(int port, String requests) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(requests.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A request without a body, after whose answer the server closes; header lines end each in a line feed. */
    static String bare(String line, String headers) {
        return line + " HTTP/1.1\r\nConnection: close\r\n" + headers.replace("\n", "\r\n") + "\r\n";
    }

    /** The same with a body. */
    static String posted(String path, String headers, String body) {
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        return bare("POST " + path, headers + "Content-Length: " + length + "\n") + body;
    }
}
