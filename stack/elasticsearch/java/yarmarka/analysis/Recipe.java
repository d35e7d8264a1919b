package yarmarka.analysis;

import java.io.IOException;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;

/** Makes a component out of its definition. */
@FunctionalInterface
interface Recipe<T> {
  T make(Definition definition) throws IOException;

  /** A component that may be named without being defined: every parameter has a default. */
  static <T> AnalysisProvider<T> optional(Recipe<T> recipe) {
    return (index, environment, name, settings) ->
        recipe.make(new Definition(index, environment, name, settings));
  }

  /** A component that makes no sense without parameters. */
  static <T> AnalysisProvider<T> required(Recipe<T> recipe) {
    return AnalysisPlugin.requiresAnalysisSettings(optional(recipe));
  }
}
