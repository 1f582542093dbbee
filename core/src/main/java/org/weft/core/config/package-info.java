/**
 * Configuration of a run: records with defaults, documentation and validation, bound from YAML.
 *
 * <p>To add a key, add a component to its section with a {@link org.weft.core.config.Doc}; its default must mean what was
 * done before there was the key, for checkpoints hold configurations that lack it. To rename one, rename the component
 * and say {@link org.weft.core.config.Renamed}; to remove one, leave {@link org.weft.core.config.Gone} on the section. What
 * earlier versions wrote is then read by {@link org.weft.core.config.ConfigLoader#recorded} as before.
 */
package org.weft.core.config;
