/** The shapes of the model families: which parameters a configuration has, without any tensor library. */
package org.weft.core.model;
