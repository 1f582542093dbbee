package org.weft.core.model;

/** What of queries and keys an RMSNorm takes together, before they are turned by their positions. */
public enum QueryKeyNorm {
    NONE,
    /** Each head by itself, with one scale for all heads. */
    HEAD,
    /** All heads of a token together, with a scale for each of their elements. */
    PROJECTION
}
