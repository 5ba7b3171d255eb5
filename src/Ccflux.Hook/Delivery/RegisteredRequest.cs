using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Delivery;

/// <summary>A signed request whose key the receiver knows: registered before the first one, and again if the receiver has forgotten it.</summary>
internal sealed class RegisteredRequest(SignedRequest post, KeyRegistration registration)
{
    /// <returns>Never <see cref="ResponseAction.Register"/>.</returns>
    public async Task<(ResponseAction Action, ReceiverResponse Answer)> SendAsync(string route, Func<byte[]> write, CancellationToken cancellationToken)
    {
        for (var registeredAgain = false; ; registeredAgain = true)
        {
            var (due, refusal) = await registration.EnsureAsync(cancellationToken).ConfigureAwait(false);
            if (due != ResponseAction.Done)
            {
                return (due, refusal!);
            }

            Fault.Point(Fault.Posting);
            var (action, answer) = await post.SendAsync(route, write, cancellationToken).ConfigureAwait(false);
            if (action != ResponseAction.Register)
            {
                return (action, answer);
            }

            if (registeredAgain)
            {
                return (ResponseAction.Wait, answer);
            }

            registration.Forget();
        }
    }
}
