namespace Ccflux.Hook.Delivery;

/// <summary>Sends a signed request with an access token, and makes the second attempts that are the same for every route.</summary>
internal sealed class SignedRequest(ReceiverClient client, AccessTokens tokens, DeviceKey key, ClockSkew clock)
{
    private bool _mayPack = true;

    public DeviceKey Key => key;

    /// <param name="route">The route.</param>
    /// <param name="write">Writes the body; called again after the clock was measured, because the body changes then.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <returns>An action for the caller: never one that this class handles itself.</returns>
    public async Task<(ResponseAction Action, ReceiverResponse Answer)> SendAsync(string route, Func<byte[]> write, CancellationToken cancellationToken)
    {
        var renewed = false;
        while (true)
        {
            var (token, refusal) = await tokens.GetAsync(cancellationToken).ConfigureAwait(false);
            if (token is null)
            {
                return (refusal!.Status == 401 ? ResponseAction.NewToken : ResponseAction.Wait, refusal);
            }

            var answer = await client.PostAsync(route, token, write(), key, _mayPack, cancellationToken).ConfigureAwait(false);
            var action = ResponseRule.For(answer);
            switch (action)
            {
                case ResponseAction.NewToken when !renewed:
                    renewed = true;
                    tokens.Drop();
                    continue;
                case ResponseAction.MeasureClock when clock.Measure(answer.ServerTime):
                    continue;
                case ResponseAction.SendPlain when _mayPack:
                    _mayPack = false;
                    continue;
                case ResponseAction.NewToken or ResponseAction.MeasureClock or ResponseAction.SendPlain:
                    return (ResponseAction.Wait, answer); // already tried
                default:
                    return (action, answer);
            }
        }
    }
}
