package org.weft.corpus.privacy;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.weft.core.config.PersonalKind;

/**
 * Keys and tokens. Those with a prefix of their issuer's are known by it, as the issuers publish them and as the rules of
 * Gitleaks and detect-secrets have them; private keys by their frame ({@link PrivateKeys}); JSON Web Tokens by their three parts (RFC
 * 7519); passwords in URLs (RFC 3986, section 3.2.1); others where a name such as {@code api_key} is given a value that
 * looks random.
 */
final class Secrets {
    /**
     * @param prefix that the token begins with
     * @param alphabet of the rest: {@code A} capitals and digits, {@code a} letters and digits, {@code -} also hyphen and
     *     underscore, {@code .} also points
     */
    private record Issued(String prefix, char alphabet, int least, int most) {}

    private static final int ANY = 512;

    private static final List<Issued> ISSUED = List.of(
            new Issued("AKIA", 'A', 16, 16), // Amazon
            new Issued("ASIA", 'A', 16, 16),
            new Issued("ABIA", 'A', 16, 16),
            new Issued("ACCA", 'A', 16, 16),
            new Issued("ghp_", 'a', 36, 255), // GitHub
            new Issued("gho_", 'a', 36, 255),
            new Issued("ghu_", 'a', 36, 255),
            new Issued("ghs_", 'a', 36, 255),
            new Issued("ghr_", 'a', 36, 255),
            new Issued("github_pat_", '-', 60, 255),
            new Issued("glpat-", '-', 20, 64), // GitLab
            new Issued("xoxb-", '-', 20, ANY), // Slack
            new Issued("xoxp-", '-', 20, ANY),
            new Issued("xoxa-", '-', 20, ANY),
            new Issued("xoxr-", '-', 20, ANY),
            new Issued("xoxs-", '-', 20, ANY),
            new Issued("xapp-", '-', 20, ANY),
            new Issued("AIza", '-', 35, 35), // Google
            new Issued("ya29.", '-', 20, ANY),
            new Issued("GOCSPX-", '-', 28, 28),
            new Issued("sk_live_", 'a', 16, 255), // Stripe
            new Issued("rk_live_", 'a', 16, 255),
            new Issued("sk_test_", 'a', 16, 255),
            new Issued("sk-ant-", '-', 32, 255), // Anthropic
            new Issued("sk-proj-", '-', 32, 255), // OpenAI
            new Issued("sk-", 'a', 40, 64),
            new Issued("hf_", 'a', 34, 40), // Hugging Face
            new Issued("npm_", 'a', 36, 36),
            new Issued("pypi-", '-', 50, ANY),
            new Issued("dop_v1_", 'a', 64, 64), // DigitalOcean
            new Issued("shpat_", 'a', 32, 32), // Shopify
            new Issued("SG.", '.', 60, 80)); // SendGrid

    private static final Set<String> NAMES = Set.of(
            "apikey",
            "secret",
            "secretkey",
            "token",
            "password",
            "passwd",
            "pwd",
            "accesskey",
            "accesstoken",
            "authtoken",
            "clientsecret",
            "privatekey",
            "encryptionkey",
            "authkey",
            "secretaccesskey",
            "credential",
            "credentials",
            "passphrase",
            "signingkey");

    private static final int LONGEST_NAME = 40;
    private static final int LEAST_VALUE = 16;
    private static final double LEAST_BITS = 3.5;
    private static final double LEAST_HEX_BITS = 3.0;
    private static final int LONGEST_HEADER = 1 << 10;
    private static final int LONGEST_PAYLOAD = 1 << 14;
    private static final int LONGEST_VALUE = 1 << 12;

    private Secrets() {}

    /** Whether a token may begin with a letter. */
    static boolean mayBegin(char c) {
        return "AgxyGsrhnpdSe".indexOf(c) >= 0;
    }

    /** A token that begins at a letter; null where none does. */
    static Finding token(String text, int start) {
        if (text.startsWith("eyJ", start)) {
            return jsonWebToken(text, start);
        }
        for (Issued issued : ISSUED) {
            if (text.startsWith(issued.prefix, start)) {
                int from = start + issued.prefix.length();
                int end = run(text, from, issued.alphabet, issued.most + 1);
                if (end - from >= issued.least && end - from <= issued.most && isNoSample(text.substring(from, end))) {
                    return found(text, start, end);
                }
            }
        }
        return null;
    }

    private static int run(String text, int from, char alphabet, int most) {
        int end = from;
        while (end < text.length() && end - from < most && isOf(alphabet, text.charAt(end))) {
            end++;
        }
        while (end > from && alphabet == '.' && text.charAt(end - 1) == '.') {
            end--;
        }
        return end;
    }

    private static boolean isOf(char alphabet, char c) {
        return switch (alphabet) {
            case 'A' -> c >= 'A' && c <= 'Z' || Surroundings.isDigit(c);
            case 'a' -> Surroundings.isAlphanumeric(c);
            case '-' -> Surroundings.isAlphanumeric(c) || c == '-' || c == '_';
            default -> Surroundings.isAlphanumeric(c) || c == '-' || c == '_' || c == '.';
        };
    }

    /** What documentation has in the place of a token: the word "example", one character again and again. */
    private static boolean isNoSample(String token) {
        String lower = token.toLowerCase(Locale.ROOT);
        return !lower.contains("example")
                && !lower.contains("xxxx")
                && !lower.contains("your")
                && token.chars().distinct().count() > 4;
    }

    private static Finding jsonWebToken(String text, int start) {
        int first = run(text, start, '-', LONGEST_HEADER);
        if (first - start < 16 || !text.startsWith(".eyJ", first)) {
            return null;
        }
        int second = run(text, first + 1, '-', LONGEST_PAYLOAD);
        if (second - first < 8 || Surroundings.after(text, second) != '.') {
            return null;
        }
        return found(text, start, run(text, second + 1, '-', text.length()));
    }

    /** A password in a URL around {@code ://}; null where there is none. */
    static Finding inUrl(String text, int colon) {
        if (!text.startsWith("://", colon)) {
            return null;
        }
        int password = -1;
        for (int i = colon + 3; i < text.length() && i - colon < ANY; i++) {
            char c = text.charAt(i);
            if (c == ':' && password < 0) {
                password = i + 1;
            } else if (c == '@') {
                boolean known = password < 0 || i - password < 3 || "$<{%*".indexOf(text.charAt(password)) >= 0;
                return known ? null : found(text, password, i);
            } else if (c <= ' ' || c == '/' || c == '?' || c == '#' || c == '"' || c == '<') {
                return null;
            }
        }
        return null;
    }

    /** The value that a name of a secret is given at an equals sign or colon; null where there is none. */
    static Finding assigned(String text, int sign) {
        int end = sign;
        while (end > 0 && (text.charAt(end - 1) == ' ' || isQuote(text.charAt(end - 1)))) {
            end--;
        }
        int start = end;
        while (start > 0 && end - start < LONGEST_NAME && isOf('-', text.charAt(start - 1))) {
            start--;
        }
        boolean pseudonym = Surroundings.before(text, start) == '<';
        if (start == end || pseudonym || !isName(text.substring(start, end))) {
            return null;
        }
        int value = sign + 1;
        while (value < text.length()
                && (text.charAt(value) == ' ' || text.charAt(value) == '>' || text.charAt(value) == '=')) {
            value++;
        }
        if (value < text.length() && isQuote(text.charAt(value))) {
            value++;
        }
        int stop = value;
        while (stop < text.length() && stop - value <= LONGEST_VALUE && isOfValue(text.charAt(stop))) {
            stop++;
        }
        if (stop - value > LONGEST_VALUE) {
            return null;
        }
        while (stop > value && (text.charAt(stop - 1) == '.' || text.charAt(stop - 1) == '!')) {
            stop--;
        }
        return stop - value >= LEAST_VALUE
                        && looksRandom(text.substring(value, stop))
                        && isNoSample(text.substring(value, stop))
                ? found(text, value, stop)
                : null;
    }

    private static boolean isOfValue(char c) {
        return isOf('-', c) || "+/=!.".indexOf(c) >= 0;
    }

    private static boolean isQuote(char c) {
        return c == '"' || c == '\'' || c == '`';
    }

    /** Whether the last words of an identifier are the name of a secret. */
    private static boolean isName(String identifier) {
        String name = identifier.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
        return NAMES.stream().anyMatch(name::endsWith);
    }

    /** Digits among letters, and as many bits a character as random ones have (Gitleaks asks for 3.5). */
    private static boolean looksRandom(String value) {
        boolean hex = true;
        int digits = 0;
        int letters = 0;
        int[] counts = new int[128];
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            counts[c]++;
            digits += Surroundings.isDigit(c) ? 1 : 0;
            letters += Surroundings.isLetter(c) ? 1 : 0;
            hex &= Surroundings.isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
        }
        double bits = 0;
        for (int count : counts) {
            if (count > 0) {
                double share = (double) count / value.length();
                bits -= share * StrictMath.log(share) / StrictMath.log(2);
            }
        }
        boolean path = value.startsWith("/") || value.contains("./") || value.contains("//");
        return digits >= 2 && letters >= 2 && !path && bits >= (hex ? LEAST_HEX_BITS : LEAST_BITS);
    }

    private static Finding found(String text, int start, int end) {
        return new Finding(PersonalKind.SECRET, start, end, text.substring(start, end));
    }
}
