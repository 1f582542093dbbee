package org.weft.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/** Python's numbers: whole ones are long, and larger ones that came as they are; fractions are double; true is 1. */
final class Numbers {
    /** Digits with which every double comes back. */
    private static final int EXACT_DIGITS = 17;
    /** Exponents outside of which Python writes a power of ten. */
    private static final int SMALLEST_PLAIN = -4;

    private static final int LARGEST_PLAIN = 16;

    private Numbers() {}

    static boolean number(Object value) {
        return whole(value) || value instanceof Double;
    }

    static boolean whole(Object value) {
        return value instanceof Long || value instanceof BigInteger || value instanceof Boolean;
    }

    static double fraction(Object value) {
        return value instanceof Boolean truth ? (truth ? 1 : 0) : ((Number) value).doubleValue();
    }

    /** A whole number as a long. */
    static long integer(Object value, String what) {
        if (value instanceof Long whole) {
            return whole;
        }
        if (value instanceof Boolean truth) {
            return truth ? 1 : 0;
        }
        throw JinjaException.value(what + " must be an integer, not '" + Values.kind(value) + "'");
    }

    static int compare(Object left, Object right) {
        return whole(left) && whole(right)
                ? big(left).compareTo(big(right))
                : Double.compare(fraction(left) + 0.0, fraction(right) + 0.0);
    }

    private static BigInteger big(Object value) {
        return value instanceof BigInteger large ? large : BigInteger.valueOf(integer(value, "the number"));
    }

    /** A whole number as it is kept here: a long where it is one. */
    static Object whole(BigInteger number) {
        return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
    }

    /** A whole number to a power of ten, the even one of two that are as near. */
    static Object rounded(Object value, int precision) {
        return precision >= 0
                ? value
                : whole(new BigDecimal(big(value))
                        .setScale(precision, RoundingMode.HALF_EVEN)
                        .toBigInteger());
    }

    /** {@code + - * / // % **} of two numbers. */
    static Object compute(String sign, Object left, Object right) {
        if (sign.equals("/") || !whole(left) || !whole(right)) {
            return fractions(sign, fraction(left), fraction(right));
        }
        long a = integer(left, "the number");
        long b = integer(right, "the number");
        try {
            return switch (sign) {
                case "+" -> Math.addExact(a, b);
                case "-" -> Math.subtractExact(a, b);
                case "*" -> Math.multiplyExact(a, b);
                case "//" -> Math.floorDiv(a, nonZero(b));
                case "%" -> Math.floorMod(a, nonZero(b));
                default -> power(a, b);
            };
        } catch (ArithmeticException large) {
            throw JinjaException.value("the number is too large: " + a + " " + sign + " " + b);
        }
    }

    private static Object power(long base, long exponent) {
        if (exponent < 0) {
            return Math.pow(nonZero(base), exponent);
        }
        if (Math.abs(base) <= 1) {
            return exponent == 0 ? 1 : base < 0 && exponent % 2 == 0 ? -base : base;
        }
        return BigInteger.valueOf(base)
                .pow((int) Math.min(Long.SIZE, exponent)) // more does not fit either
                .longValueExact();
    }

    private static double fractions(String sign, double a, double b) {
        return switch (sign) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / nonZero(b);
            case "//" -> floored(a, nonZero(b));
            case "%" -> remainder(a, nonZero(b));
            default -> power(a, b);
        };
    }

    /** What is left of a whole number of divisors, with the divisor's sign. */
    private static double remainder(double a, double b) {
        double left = a % b; // exact, with the dividend's sign
        return left == 0 ? Math.copySign(0, b) : left < 0 == b < 0 ? left : left + b;
    }

    private static double floored(double a, double b) {
        double quotient = (a - remainder(a, b)) / b;
        double floor = Math.floor(quotient);
        return quotient == 0 ? Math.copySign(0, a / b) : quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static double power(double a, double b) {
        double power = a == 0 && b < 0 ? 1 / nonZero(a) : a == 1 || b == 0 ? 1 : Math.pow(a, b);
        if (Double.isNaN(power) && !Double.isNaN(a) && !Double.isNaN(b)) {
            throw JinjaException.value("the number is complex: " + a + " ** " + b);
        }
        if (Double.isInfinite(power) && !Double.isInfinite(a) && !Double.isInfinite(b)) {
            throw JinjaException.value("the number is too large: " + a + " ** " + b);
        }
        return power;
    }

    private static long nonZero(long divisor) {
        if (divisor == 0) {
            throw JinjaException.value("division by zero");
        }
        return divisor;
    }

    private static double nonZero(double divisor) {
        if (divisor == 0) {
            throw JinjaException.value("division by zero");
        }
        return divisor;
    }

    /** A fraction as Python writes it: the fewest digits that come back as the same. */
    static String text(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal exact = new BigDecimal(value);
        BigDecimal shortest = exact;
        for (int digits = 1; digits <= EXACT_DIGITS; digits++) {
            shortest = exact.round(new MathContext(digits));
            if (shortest.doubleValue() == value) {
                break;
            }
        }
        shortest = shortest.stripTrailingZeros();
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= SMALLEST_PLAIN && exponent < LARGEST_PLAIN) {
            String plain = shortest.toPlainString();
            return plain.contains(".") ? plain : plain + ".0";
        }
        String digits = shortest.unscaledValue().abs().toString();
        String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        String power = (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
        return (value < 0 ? "-" : "") + mantissa + "e" + power;
    }
}
