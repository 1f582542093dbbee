/** What a user sets: records with defaults and documentation, read from YAML and {@code --set}, validated all at once. */
package org.weft.core.config;
