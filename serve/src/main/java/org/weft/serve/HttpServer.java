package org.weft.serve;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.timeout.WriteTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.weft.core.WeftException;

/** Listens for HTTP/1.1. Methods are for one thread. */
final class HttpServer implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final int THREADS = 2;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    private static final byte[] FULL = ("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
                    + "Connection: close\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);

    private final ServeOptions options;
    private final Api api;
    private final ServeMetrics metrics;
    private final OpenAnswers answers = new OpenAnswers();
    private final BodyMemory bodies;
    private final UnreadAnswers unread;
    private final AtomicInteger connections = new AtomicInteger();
    private final SslContext tls; // null where the server speaks in the clear
    private final EventLoopGroup loops = new NioEventLoopGroup(THREADS, new DefaultThreadFactory("weft-http", true));
    /** As many requests wait here as there are connections, at most. */
    private final ExecutorService requests =
            Executors.newFixedThreadPool(THREADS, new DefaultThreadFactory("weft-request", true));

    private Channel listening;
    private boolean stopped;

    /**
     * @param notices told what the person who runs the server should know
     * @throws WeftException where the files for TLS are not what they should be
     */
    HttpServer(ServeOptions options, Api api, ServeMetrics metrics, Consumer<String> notices) {
        this.options = options;
        this.api = api;
        this.metrics = metrics;
        this.bodies = new BodyMemory(options.network().heldBytes());
        this.unread = new UnreadAnswers(options.network().heldBytes());
        this.tls = options.network()
                .tls()
                .map(files -> TlsContext.of(files, notices))
                .orElse(null);
        metrics.connections(connections::get);
    }

    /**
     * Begins to listen.
     *
     * @throws WeftException where the address cannot be had
     */
    void start() throws InterruptedException {
        var bound = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel);
                    }
                })
                .bind(options.host(), options.port())
                .await();
        if (!bound.isSuccess()) {
            throw WeftException.usage(
                    "cannot listen at " + options.host() + ":" + options.port() + ": "
                            + bound.cause().getMessage(),
                    "give another --host or --port; 0 takes any port that is free");
        }
        listening = bound.channel();
    }

    private void accept(Channel channel) {
        int open = connections.incrementAndGet();
        channel.closeFuture().addListener(closed -> connections.decrementAndGet());
        if (open > options.network().connections()) {
            metrics.connectionRefused();
            refuse(channel);
            return;
        }
        if (tls != null) {
            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
        }
        Duration patience = options.network().patience();
        channel.pipeline()
                .addLast(new WriteTimeoutHandler(patience.toMillis(), TimeUnit.MILLISECONDS))
                .addLast(new UnreadLimit(unread))
                .addLast(new HttpServerCodec())
                .addLast(new RequestTimer(patience))
                .addLast(new HttpServerKeepAliveHandler())
                .addLast(new BodyLimit(options.network().maxBodyBytes(), bodies, metrics))
                .addLast(new HttpConnection(api, metrics, requests, answers, bodies));
    }

    /** Whom TLS would first have to be spoken with, at a price, hears nothing. */
    private void refuse(Channel channel) {
        if (tls == null) {
            channel.writeAndFlush(Unpooled.wrappedBuffer(FULL)).addListener(ChannelFutureListener.CLOSE);
        } else {
            channel.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        }
    }

    /** The port that it listens at. */
    int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /** Takes no more connections. */
    void stopListening() {
        if (listening != null) {
            listening.close().awaitUninterruptibly();
        }
    }

    /** Whether no request is being read any more. */
    boolean stopped() {
        return stopped;
    }

    /** Closes all connections, after what was answered has been written. */
    @Override
    public void close() {
        stopListening();
        try {
            answers.await(CLOSE_LIMIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        requests.shutdown();
        try {
            stopped = requests.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loops.shutdownGracefully(0, CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly();
    }
}
