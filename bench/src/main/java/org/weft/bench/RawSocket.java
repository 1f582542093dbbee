package org.weft.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * The peer of the wire: one connection over loopback that moves a vector's bytes piece by piece and looks at none of
 * them. The far side is a thread of its own with one piece of memory.
 */
final class RawSocket implements AutoCloseable {
    private static final byte PUSH = 1;
    private static final byte PULL = 2;

    private final ServerSocketChannel listener;
    private final SocketChannel near;
    private final Thread far;
    private final ByteBuffer order = ByteBuffer.allocateDirect(1);

    RawSocket(int pieceBytes, long vectorBytes) throws IOException {
        listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        far = new Thread(() -> serve(pieceBytes, vectorBytes), "bench-raw-socket");
        far.setDaemon(true);
        far.start();
        near = SocketChannel.open(listener.getLocalAddress());
    }

    /** Sends every piece, and waits for the far side's word that it has them. */
    void push(ByteBuffer[] pieces) throws IOException {
        command(PUSH);
        for (ByteBuffer piece : pieces) {
            writeFully(near, piece.duplicate().clear());
        }
        readFully(near, order.clear());
    }

    /** Receives every piece. */
    void pull(ByteBuffer[] pieces) throws IOException {
        command(PULL);
        for (ByteBuffer piece : pieces) {
            readFully(near, piece.duplicate().clear());
        }
    }

    private void command(byte command) throws IOException {
        order.clear().put(command).flip();
        writeFully(near, order);
    }

    private void serve(int pieceBytes, long vectorBytes) {
        ByteBuffer piece = ByteBuffer.allocateDirect(pieceBytes);
        ByteBuffer command = ByteBuffer.allocateDirect(1);
        try (SocketChannel channel = listener.accept()) {
            while (channel.read(command.clear()) == 1) {
                boolean push = command.get(0) == PUSH;
                for (long left = vectorBytes; left > 0; left -= piece.limit()) {
                    piece.clear().limit((int) Math.min(pieceBytes, left));
                    if (push) {
                        readFully(channel, piece);
                    } else {
                        writeFully(channel, piece);
                    }
                }
                if (push) {
                    writeFully(channel, command.clear());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeFully(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void readFully(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new EOFException("the far side closed the raw socket");
            }
        }
    }

    @Override
    public void close() throws IOException {
        near.close();
        listener.close();
        try {
            far.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
