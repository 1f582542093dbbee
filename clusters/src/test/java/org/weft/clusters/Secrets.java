package org.weft.clusters;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.security.auth.kerberos.KerberosKey;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.auth.kerberos.KeyTab;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.security.token.Token;

/** Looks for secrets in what others may read: as they are, in Base64, and as hexadecimal digits. */
final class Secrets {
    /** By the text that must not be found, what it is. */
    private final Map<String, String> secrets = new TreeMap<>();

    private final Set<String> found = new TreeSet<>();

    /**
     * Begins with what is known before a run.
     *
     * @param words of other services
     */
    Secrets(Collection<String> words, Path keytab) {
        words.forEach(word -> secrets.put(word, "a word of another service"));
        KerberosPrincipal owner = new KerberosPrincipal(
                SecuredCluster.principal(keytab.getFileName().toString().replace(".keytab", "")));
        for (KerberosKey key : KeyTab.getUnboundInstance(keytab.toFile()).getKeys(owner)) {
            learn("a key of " + keytab.getFileName(), key.getEncoded());
        }
    }

    private void learn(String what, byte[] secret) {
        if (secret.length >= 8) {
            secrets.put(new String(secret, StandardCharsets.ISO_8859_1), what);
            secrets.put(Base64.getEncoder().withoutPadding().encodeToString(secret), what + " in Base64");
            secrets.put(HexFormat.of().formatHex(secret), what + " in hexadecimal");
        }
    }

    /** Tokens and keys that containers were started with: those of HDFS and YARN, and the secret of Spark's connections. */
    void learnTokens(List<Path> credentials) throws IOException {
        for (Path file : credentials) {
            Credentials known = Credentials.readTokenStorageFile(file.toFile(), new Configuration(false));
            for (Token<?> token : known.getAllTokens()) {
                learn("password of a " + token.getKind(), token.getPassword());
                secrets.put(token.encodeToUrlString(), "a " + token.getKind());
            }
            known.getSecretKeyMap().forEach((name, key) -> learn("the secret " + name, key));
        }
    }

    /** How many texts are looked for. */
    int kinds() {
        return secrets.size();
    }

    /** What was found, and where. */
    Set<String> found() {
        return found;
    }

    void look(Map<String, byte[]> places) {
        places.forEach((place, bytes) -> {
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            secrets.forEach((secret, what) -> {
                if (text.contains(secret)) {
                    found.add(what + " in " + place);
                }
            });
        });
    }

    /** Of all processes of this machine. */
    static Map<String, byte[]> commandLines() {
        return ProcessHandle.allProcesses()
                .collect(Collectors.toMap(
                        process -> "the command line of process " + process.pid(),
                        process -> HadoopCluster.commandLine(process).getBytes(StandardCharsets.UTF_8)));
    }

    /** Contents of files, by their names. */
    static Map<String, byte[]> files(Collection<Path> files) throws IOException {
        Map<String, byte[]> contents = new TreeMap<>();
        for (Path file : files) {
            contents.put(file.toString(), Files.readAllBytes(file));
        }
        return contents;
    }
}
