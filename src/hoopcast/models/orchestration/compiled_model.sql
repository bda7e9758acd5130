-- SQL of models as an engine runs it, kept so that nothing is parsed that has not changed.
-- grain: model_name, dialect
CREATE TABLE nba_orchestration.compiled_model (
    model_name VARCHAR,          -- ! table or list of expected rows that the SQL gives [pre-game history]
    dialect VARCHAR,             -- ! engine whose SQL it is [pre-game history]
    fingerprint VARCHAR,         -- ! hash of the model's text and of what compiled it [pre-game history]
    sql_text VARCHAR             -- ! SQL with named parameters for a span [pre-game history]
)
