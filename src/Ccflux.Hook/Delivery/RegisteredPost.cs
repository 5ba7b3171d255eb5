using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Delivery;

/// <summary>A signed request whose key the receiver knows: registered before the first, and once more where the receiver has forgotten it.</summary>
internal sealed class RegisteredPost(SignedPost post, KeyRegistration registration)
{
    /// <returns>Never <see cref="Duty.Register"/>.</returns>
    public async Task<(Duty Duty, Answer Answer)> SendAsync(string route, Func<byte[]> write, CancellationToken cancellationToken)
    {
        for (var registeredAnew = false; ; registeredAnew = true)
        {
            var (due, refusal) = await registration.EnsureAsync(cancellationToken).ConfigureAwait(false);
            if (due != Duty.Done)
            {
                return (due, refusal!);
            }

            Fault.Point(Fault.Posting);
            var (duty, answer) = await post.SendAsync(route, write, cancellationToken).ConfigureAwait(false);
            if (duty != Duty.Register)
            {
                return (duty, answer);
            }

            if (registeredAnew)
            {
                return (Duty.Wait, answer);
            }

            registration.Forget();
        }
    }
}
