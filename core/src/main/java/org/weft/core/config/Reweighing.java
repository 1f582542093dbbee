package org.weft.core.config;

/** What an example's loss counts by its group. */
public enum Reweighing implements Word {
    NONE,
    GROUP
}
