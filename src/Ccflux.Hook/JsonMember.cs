using System.Text.Json;

namespace Ccflux.Hook;

/// <summary>Finds members of a JSON object by name, whatever the other names are: a name with half a surrogate pair is not text, and hides no other member.</summary>
internal static class JsonMember
{
    /// <summary>The last member of that name; null if there is none.</summary>
    public static JsonElement? Find(JsonElement parent, string name)
    {
        JsonElement? found = null;
        foreach (var member in parent.EnumerateObject())
        {
            if (string.Equals(NameOf(member), name, StringComparison.Ordinal))
            {
                found = member.Value;
            }
        }

        return found;
    }

    /// <summary>Null for a name that is not valid text.</summary>
    public static string? NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
