namespace Ccflux.Hook.Delivery;

/// <summary>A signed request with an access token, and those second tries that are the same for every route.</summary>
internal sealed class SignedPost(Wire wire, AccessTokens tokens, DeviceKey key, ClockSkew clock)
{
    private bool _mayPack = true;

    public DeviceKey Key => key;

    /// <param name="route">Where to.</param>
    /// <param name="write">Writes the body; called again after the clock was measured, for then it reads otherwise.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>A duty that is the caller's: never one that this class has means for.</returns>
    public async Task<(Duty Duty, Answer Answer)> SendAsync(string route, Func<byte[]> write, CancellationToken cancellationToken)
    {
        var renewed = false;
        while (true)
        {
            var (token, refusal) = await tokens.GetAsync(cancellationToken).ConfigureAwait(false);
            if (token is null)
            {
                return (refusal!.Status == 401 ? Duty.NewToken : Duty.Wait, refusal);
            }

            var answer = await wire.PostAsync(route, token, write(), key, _mayPack, cancellationToken).ConfigureAwait(false);
            var duty = AnswerRule.For(answer);
            switch (duty)
            {
                case Duty.NewToken when !renewed:
                    renewed = true;
                    tokens.Drop();
                    continue;
                case Duty.MeasureClock when clock.Measure(answer.ServerTime):
                    continue;
                case Duty.SendPlain when _mayPack:
                    _mayPack = false;
                    continue;
                case Duty.NewToken or Duty.MeasureClock or Duty.SendPlain:
                    return (Duty.Wait, answer); // tried already
                default:
                    return (duty, answer);
            }
        }
    }
}
