package org.weft.core.config;

/** How often training sees an example. */
public enum RowSampling implements Word {
    AS_IS,
    GROUP_BALANCED
}
