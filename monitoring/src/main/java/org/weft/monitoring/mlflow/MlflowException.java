package org.weft.monitoring.mlflow;

import java.io.IOException;

/** The server answered, and refused. */
final class MlflowException extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int TIMEOUT = 408;
    private static final int TOO_MANY = 429;
    private static final int SERVER_ERROR = 500;

    private final int status;
    private final String code;

    /**
     * @param status of HTTP
     * @param code MLflow's word; empty where the answer has none: no MLflow server may stand there
     */
    MlflowException(String message, int status, String code) {
        super(message);
        this.status = status;
        this.code = code;
    }

    boolean is(String word) {
        return code.equals(word);
    }

    /** Whether an MLflow server said so. */
    boolean isMlflows() {
        return !code.isEmpty();
    }

    boolean deniesAccess() {
        return status == UNAUTHORIZED || status == FORBIDDEN;
    }

    /** Whether the same request may succeed later. */
    boolean passes() {
        return status >= SERVER_ERROR || status == TOO_MANY || status == TIMEOUT;
    }
}
