package org.weft.driver.progress;

import org.weft.coordinator.RunEvent;

/**
 * How a run's process ended.
 *
 * @param event {@link RunEvent#ENDED}, {@link RunEvent#STOPPED} or {@link RunEvent#FAILED}
 * @param step that it came to
 * @param text for people
 */
public record RunOutcome(RunEvent event, int step, String text) {}
