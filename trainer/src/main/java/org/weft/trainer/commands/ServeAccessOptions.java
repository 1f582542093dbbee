package org.weft.trainer.commands;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.weft.core.WeftException;
import org.weft.serve.ServeOptions;
import picocli.CommandLine.Option;

/** Who may ask a server, and what it proves itself with. */
public final class ServeAccessOptions {
    @Option(
            names = "--api-key-file",
            paramLabel = "FILE",
            description = "Keys that clients must send one of, a line each: Authorization: Bearer KEY.")
    private Path apiKeyFile;

    @Option(
            names = "--tls-certificate",
            paramLabel = "FILE",
            description = "Speak TLS: the server's certificate in PEM, those that vouch for it behind it.")
    private Path tlsCertificate;

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "The certificate's key in PEM (PKCS #8, without a passphrase).")
    private Path tlsKey;

    @Option(
            names = "--allow-host",
            split = ",",
            paramLabel = "NAME",
            description = "Names that clients may call this machine by beside localhost and its addresses; * for any."
                    + " Asked for where --host is this machine only.")
    private List<String> hosts = List.of();

    @Option(
            names = "--allow-origin",
            split = ",",
            paramLabel = "ORIGIN",
            description = "Other servers whose web pages may use this one, such as http://localhost:3000; * for any."
                    + " Default: none.")
    private List<String> origins = List.of();

    ServeOptions.Access access() {
        return new ServeOptions.Access(apiKeys(), hosts, origins);
    }

    Optional<ServeOptions.Tls> tls() {
        if (tlsCertificate == null && tlsKey == null) {
            return Optional.empty();
        }
        if (tlsCertificate == null || tlsKey == null) {
            boolean key = tlsCertificate == null;
            throw WeftException.usage(
                    (key ? "--tls-key " + tlsKey : "--tls-certificate " + tlsCertificate) + " alone is half of TLS",
                    "give " + (key ? "--tls-certificate" : "--tls-key") + ", too");
        }
        return Optional.of(new ServeOptions.Tls(tlsCertificate, tlsKey));
    }

    /** The lines of the key file that are not blank. Keys appear in no message. */
    private List<String> apiKeys() {
        if (apiKeyFile == null) {
            return List.of();
        }
        try {
            List<String> keys = Files.readAllLines(apiKeyFile, StandardCharsets.UTF_8).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
            if (keys.isEmpty()) {
                throw WeftException.usage(
                        "--api-key-file " + apiKeyFile + " holds no key", "write one into it, a line");
            }
            return keys;
        } catch (IOException e) {
            throw WeftException.usage(
                    "--api-key-file " + apiKeyFile + " cannot be read: " + e, "it must be text in UTF-8");
        }
    }
}
