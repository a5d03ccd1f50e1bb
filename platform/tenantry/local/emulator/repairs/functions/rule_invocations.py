"""Lambda repeats a failed run of a rule, as it does after Invoke; the emulator runs it once."""

import json


def repair() -> None:
    from ministack.services import eventbridge, lambda_svc

    def hand_over(arn: str, payload: str) -> None:
        function, config, _ = lambda_svc._get_func_record_for_ref(arn)
        if function and config:
            record = lambda_svc._execution_record_for_config(function, config)
            lambda_svc.invoke_async_with_retry(record, json.loads(payload))

    eventbridge._dispatch_to_lambda = hand_over
