/**
 * The model families ({@link org.weft.core.model.Family}: one descriptor each, found by its name), and what a task adapts
 * of a model: which parameters a configuration has, what they cost and what the hub calls them, without any tensor
 * library.
 */
package org.weft.core.model;
