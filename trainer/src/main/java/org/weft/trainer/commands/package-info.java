/** The command line: a class a verb. */
package org.weft.trainer.commands;
