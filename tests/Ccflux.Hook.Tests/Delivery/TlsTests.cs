using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ccflux.Hook.Tests.Support;
using Xunit;

namespace Ccflux.Hook.Tests.Delivery;

public sealed class TlsTests
{
    private const string Session = "9f1a8809-75b5-4077-96c2-43e35727b43f";

    [Fact]
    public async Task Deliver_CertificateOfTheNamedAuthority_IsTrustedAndNoOther()
    {
        using var authority = Authority();
        using var server = Issue(authority, IPAddress.Loopback);
        await using var receiver = await StubReceiver.StartAsync(certificate: server);
        using var machine = new Machine(receiver.Address);
        machine.AddTurn(Session, DateTimeOffset.UtcNow.AddMinutes(-5));

        machine.Spool(Session);
        await machine.DeliverAsync();
        Assert.Empty(receiver.Requests);
        Assert.Contains("certificate is not trusted", machine.Log(machine.State.ErrorLog), StringComparison.Ordinal);

        var file = Path.Combine(machine.Home, "ca.pem");
        File.WriteAllText(file, authority.ExportCertificatePem());
        machine.Environment["CCFLUX_CA_CERT"] = file;
        await machine.DeliverAsync();

        Assert.Single(receiver.Turns);
    }

    [Fact]
    public async Task Deliver_CertificateForAnotherName_IsNotTrusted()
    {
        using var authority = Authority();
        using var server = Issue(authority, IPAddress.Parse("127.0.0.2"));
        await using var receiver = await StubReceiver.StartAsync(certificate: server);
        using var machine = new Machine(receiver.Address);
        var file = Path.Combine(machine.Home, "ca.pem");
        File.WriteAllText(file, authority.ExportCertificatePem());
        machine.Environment["CCFLUX_CA_CERT"] = file;
        machine.AddTurn(Session, DateTimeOffset.UtcNow.AddMinutes(-5));

        machine.Spool(Session);
        await machine.DeliverAsync();

        Assert.Empty(receiver.Requests);
    }

    [Fact]
    public async Task Deliver_Redirected_TakesNoTokenThere()
    {
        await using var elsewhere = await StubReceiver.StartAsync();
        await using var receiver = await StubReceiver.StartAsync();
        receiver.Instead = context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = elsewhere.Address + context.Request.Path;
            return true;
        };
        using var machine = new Machine(receiver.Address);
        machine.AddTurn(Session, DateTimeOffset.UtcNow.AddMinutes(-5));

        machine.Spool(Session);
        await machine.DeliverAsync();

        Assert.Empty(elsewhere.Requests);
        Assert.Single(File.ReadAllLines(machine.State.Outbox));
    }

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=ccflux tests", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, IPAddress address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=receiver", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(authority, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), [1, 2, 3]);
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }
}
