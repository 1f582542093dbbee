package org.weft.core.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.crypto.AuthClientBootstrap;

/**
 * Turns a connection that Spark's AES protocol has authenticated and encrypted over to {@link SealedHandler}, which takes half of the
 * processor time and notices what is changed on its way. Through Spark's encryption, client and server send each other 32 random bytes, the
 * client first; of both come two keys, one for each direction. So the keys are as good as what Spark agreed upon (X25519, with the
 * run's secret), and each end takes Spark's ciphers out when it has said, or heard, its last word under them: the server right
 * behind its answer, the client when it has that answer.
 */
final class SealedConnection {
    private static final byte[] HELLO = "weft-seal-1".getBytes(StandardCharsets.US_ASCII);
    private static final int RANDOM_BYTES = 32;
    private static final int KEY_BYTES = 16; // as Spark's
    private static final long PATIENCE_MILLIS = 30_000;
    private static final String SPARKS = AuthClientBootstrap.class.getPackageName();

    private SealedConnection() {}

    /** The client's part, on the thread that connects. */
    static void begin(TransportClient client, Channel channel) {
        byte[] own = random();
        ByteBuffer hello = ByteBuffer.allocate(HELLO.length + RANDOM_BYTES)
                .put(HELLO)
                .put(own)
                .flip();
        byte[] others = bytes(client.sendRpcSync(hello, PATIENCE_MILLIS));
        if (others.length != RANDOM_BYTES) {
            throw new SecurityException("no answer to the wish to encrypt: bytes=" + others.length);
        }
        channel.eventLoop()
                .submit(() -> turnOver(channel, key(own, others, "client"), key(own, others, "server")))
                .syncUninterruptibly();
    }

    /** The server's part, on the connection's event loop. */
    static void accept(ByteBuffer message, Channel channel, RpcResponseCallback callback) {
        byte[] said = bytes(message);
        if (said.length != HELLO.length + RANDOM_BYTES
                || !Arrays.equals(said, 0, HELLO.length, HELLO, 0, HELLO.length)) {
            throw new SecurityException("a connection begins with the wish to encrypt");
        }
        byte[] others = Arrays.copyOfRange(said, HELLO.length, said.length);
        byte[] own = random();
        callback.onSuccess(ByteBuffer.wrap(own));
        turnOver(channel, key(others, own, "server"), key(others, own, "client"));
    }

    private static byte[] random() {
        byte[] random = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(random);
        return random;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    /** HKDF's expansion (RFC 5869) of what both ends have drawn, to the key of one direction. */
    private static byte[] key(byte[] ofClient, byte[] ofServer, String sender) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            byte[] drawn = Arrays.copyOf(ofClient, 2 * RANDOM_BYTES);
            System.arraycopy(ofServer, 0, drawn, RANDOM_BYTES, RANDOM_BYTES);
            mac.init(new SecretKeySpec(drawn, "HmacSHA256"));
            mac.update(("weft records of the " + sender).getBytes(StandardCharsets.US_ASCII));
            return Arrays.copyOf(mac.doFinal(new byte[] {1}), KEY_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    private static void turnOver(Channel channel, byte[] sending, byte[] receiving) {
        ChannelPipeline pipeline = channel.pipeline();
        List<ChannelHandler> sparks = pipeline.toMap().values().stream()
                .filter(handler -> handler.getClass().getPackageName().equals(SPARKS))
                .toList();
        if (sparks.isEmpty()) {
            throw new SecurityException("the connection is not encrypted: " + pipeline.names());
        }
        sparks.forEach(pipeline::remove);
        pipeline.addFirst(
                "weft-seal", new SealedHandler(RecordCipher.sealing(sending), RecordCipher.opening(receiving)));
    }
}
