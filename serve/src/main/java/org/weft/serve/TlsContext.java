package org.weft.serve;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.core.WeftException;

/**
 * What the server proves itself with, read from two files in PEM (RFC 7468): TLS 1.3 and 1.2, as the JDK has them. Files are
 * read once: who renews a certificate starts the server again.
 */
final class TlsContext {
    private static final String CERTIFICATE = "--tls-certificate ";
    private static final String KEY = "--tls-key ";
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----(.*?)-----END \\1-----", Pattern.DOTALL);
    /** By the kind of key: how it signs. A key and a certificate of one pair are known by that. */
    private static final Map<String, String> SIGNATURES =
            Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA", "Ed25519", "Ed25519");

    private TlsContext() {}

    /**
     * Of a server.
     *
     * @param notices told of a certificate that clients will not take today
     * @throws WeftException where a file is not what it should be, or the two are not of one pair
     */
    static SslContext of(ServeOptions.Tls files, Consumer<String> notices) {
        List<X509Certificate> chain = chain(files.certificate());
        chain.forEach(certificate -> tellValidity(certificate, files.certificate(), notices));
        PublicKey known = chain.get(0).getPublicKey();
        PrivateKey key = key(files.key(), known.getAlgorithm());
        requirePair(files, key, known);
        try {
            return SslContextBuilder.forServer(key, chain.toArray(X509Certificate[]::new))
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .build();
        } catch (IOException e) {
            throw WeftException.usage(
                    CERTIFICATE + files.certificate() + " cannot be used: " + e.getMessage(), "make a new one");
        }
    }

    private static void tellValidity(X509Certificate certificate, Path path, Consumer<String> notices) {
        try {
            certificate.checkValidity();
        } catch (CertificateExpiredException | CertificateNotYetValidException e) {
            notices.accept(CERTIFICATE + path + " is valid from "
                    + certificate.getNotBefore().toInstant() + " to "
                    + certificate.getNotAfter().toInstant() + ", not now: clients will refuse it");
        }
    }

    private static byte[] read(String option, Path path) {
        try {
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw WeftException.usage(option + path + " cannot be read: " + e, "it must be a file in PEM");
        }
    }

    private static List<X509Certificate> chain(Path path) {
        byte[] file = read(CERTIFICATE, path);
        List<X509Certificate> chain;
        try {
            chain =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(file))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
        } catch (CertificateException e) {
            throw WeftException.usage(
                    CERTIFICATE + path + " holds no certificate: " + e.getMessage(),
                    "it must begin with -----BEGIN CERTIFICATE-----");
        }
        if (chain.isEmpty()) {
            throw WeftException.usage(
                    CERTIFICATE + path + " holds no certificate", "it must begin with -----BEGIN CERTIFICATE-----");
        }
        return chain;
    }

    /** @param algorithm of the key that the certificate names */
    private static PrivateKey key(Path path, String algorithm) {
        Matcher block = BLOCK.matcher(new String(read(KEY, path), StandardCharsets.ISO_8859_1));
        if (!block.find()) {
            throw WeftException.usage(KEY + path + " holds no key", "it must begin with -----BEGIN PRIVATE KEY-----");
        }
        if (!block.group(1).equals("PRIVATE KEY")) {
            throw WeftException.usage(
                    KEY + path + " is a key of another form: -----BEGIN " + block.group(1) + "-----",
                    "openssl pkcs8 -topk8 -nocrypt -in " + path + " -out key.pem writes it as it is read here");
        }
        try {
            byte[] encoded = Base64.getMimeDecoder().decode(block.group(2));
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw WeftException.usage(
                    KEY + path + " is no " + algorithm + " key, as the certificate's is: " + e.getMessage(),
                    "give the key that the certificate was made for");
        }
    }

    /** Fails before the first client meets it. */
    private static void requirePair(ServeOptions.Tls files, PrivateKey key, PublicKey known) {
        String kind = SIGNATURES.get(known.getAlgorithm());
        if (kind == null) {
            throw WeftException.usage(
                    CERTIFICATE + files.certificate() + " has a key of a kind that is not taken: "
                            + known.getAlgorithm(),
                    "take RSA, EC or Ed25519");
        }
        boolean pair;
        try {
            byte[] said = CERTIFICATE.getBytes(StandardCharsets.US_ASCII);
            Signature signs = Signature.getInstance(kind);
            signs.initSign(key);
            signs.update(said);
            byte[] signature = signs.sign();
            Signature verifies = Signature.getInstance(kind);
            verifies.initVerify(known);
            verifies.update(said);
            pair = verifies.verify(signature);
        } catch (InvalidKeyException e) {
            pair = false;
        } catch (GeneralSecurityException e) {
            throw WeftException.usage(KEY + files.key() + " cannot be used: " + e.getMessage(), "make a new one");
        }
        if (!pair) {
            throw WeftException.usage(
                    KEY + files.key() + " is not the key of " + CERTIFICATE + files.certificate(),
                    "give the key that the certificate was made for");
        }
    }
}
